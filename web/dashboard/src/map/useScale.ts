/** How much larger than the map's own units its markers and names are drawn, so that they stay readable on a small screen. */
import { useEffect, useState, type RefObject } from 'react';
import { FRAME } from './projection.ts';

export function useScale(frame: RefObject<Element | null>): number {
  const [scale, setScale] = useState(1);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver((sizes) => {
      const width = sizes.at(-1)?.contentRect.width ?? FRAME.width;
      if (width > 0) setScale(Math.min(2.6, Math.max(0.7, Math.round((FRAME.width / width) * 20) / 20)));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame]);
  return scale;
}
