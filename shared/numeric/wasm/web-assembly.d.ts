/** The part of WebAssembly that kernels use: every platform has it, but neither ECMAScript's nor Node's types name it. */
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
    /** @throws RangeError beyond 4 GiB, or what the machine has. */
    grow(pages: number): number;
  }
  const Memory: new (descriptor: { readonly initial: number }) => Memory;
  /** Compiled code, of which nothing is known but that it can be instantiated. */
  type Module = object;
  /** @throws WebAssembly.CompileError on bytes that are no module. */
  const Module: new (bytes: Uint8Array) => Module;
  const Instance: new (
    module: Module,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly exports: unknown };
}
