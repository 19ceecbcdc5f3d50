/** Numbers in the memory of a kernel. */
type Numbers = Uint16Array | Int32Array | Float32Array | Float64Array;

/** A compiled kernel at work. It has one memory, which it keeps: what was placed there is gone after the next `clear`. */
export interface Kernel<Exports> {
  readonly exports: Exports;
  /** Frees all places, and sees to it that `bytes` find room in places to come. Views of before are void. */
  readonly clear: (bytes: number) => void;
  /** The address of a place of `bytes`, aligned for any number or vector. What lies there is left from before. */
  readonly place: (bytes: number) => number;
  /** The same with a copy of the numbers in it. */
  readonly placeCopy: (numbers: Numbers) => number;
  readonly memory: WebAssembly.Memory;
}

const PAGE = 65_536;
/** Below lies what the compiler places: `npm run kernels` gives it no more (`--lowMemoryLimit`). */
const FIRST = 1024;
const ALIGNED = 16;

/** What a place for so many bytes takes. */
export const placeSize = (bytes: number): number => Math.ceil(bytes / ALIGNED) * ALIGNED;

/**
 * Compiles and starts a kernel that `npm run kernels` has built: half a millisecond for a few kilobytes. So it is called
 * where the kernel is first needed, never while a module loads.
 */
export function openKernel<Exports>(base64: string): Kernel<Exports> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  let free = FIRST;
  const place = (size: number): number => {
    const at = free;
    free += placeSize(size);
    if (free > memory.buffer.byteLength)
      throw new RangeError(`A place of ${size} bytes at ${at} was not asked for: clear with all that is needed.`);
    return at;
  };
  return {
    exports: exports as Exports,
    memory,
    clear(size) {
      free = FIRST;
      const missing = FIRST + size - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    },
    place,
    placeCopy(numbers) {
      const at = place(numbers.byteLength);
      new Uint8Array(memory.buffer, at, numbers.byteLength).set(
        new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength),
      );
      return at;
    },
  };
}
