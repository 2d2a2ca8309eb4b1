/** Whether an element is on the screen, or nearly: what is not, asks for nothing and draws nothing. */
import { useEffect, useRef, useState } from 'react';

export function useVisible<Frame extends Element>() {
  const frame = useRef<Frame>(null);
  const [visible, setVisible] = useState(false);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new IntersectionObserver((seen) => setVisible(seen.at(-1)?.isIntersecting ?? false), {
      rootMargin: '120px',
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { frame, visible };
}
