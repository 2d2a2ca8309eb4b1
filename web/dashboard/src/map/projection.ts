/** Where a place is on the map: the Natural Earth projection (Tom Patterson, 2008; polynomial by Bojan Šavrič, 2011), in the frame
 * that the countries' shapes were drawn in when the page was built. */

/** Units of the SVG: its view box is 0 0 width height. The far south, where nobody is served, is cut off. */
export const FRAME = { width: 1000, height: 462, scale: 182, x: 492, y: 266 } as const;

const RADIANS = Math.PI / 180;

export function project(latitude: number, longitude: number): readonly [number, number] {
  const phi = latitude * RADIANS;
  const lambda = longitude * RADIANS;
  const p2 = phi * phi;
  const p4 = p2 * p2;
  const x = lambda * (0.8707 - 0.131979 * p2 + p4 * (-0.013791 + p4 * (0.003971 * p2 - 0.001529 * p4)));
  const y = phi * (1.007226 + p2 * (0.015085 + p4 * (-0.044475 + 0.028874 * p2 - 0.005916 * p4)));
  return [FRAME.x + FRAME.scale * x, FRAME.y - FRAME.scale * y];
}
