/** As much of WebAssembly (JavaScript interface, W3C) as is used here; TypeScript has it among what only browsers have. */
declare namespace WebAssembly {
  type Module = object;
  interface Memory {
    readonly buffer: SharedArrayBuffer;
  }
  interface Instance {
    readonly exports: Record<string, unknown>;
  }
  const Module: new (bytes: Uint8Array) => Module;
  const Memory: new (descriptor: { initial: number; maximum: number; shared: true }) => Memory;
  const Instance: new (module: Module, imports: Record<string, Record<string, unknown>>) => Instance;
}
