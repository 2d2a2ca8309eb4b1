/// <reference types="vite/client" />

declare module 'virtual:world' {
  import type { World } from '../build/world.ts';
  const world: World;
  export default world;
}
