/// <reference types="vite/client" />

declare module 'virtual:world' {
  const world: import('../build/world.ts').World;
  export default world;
}
