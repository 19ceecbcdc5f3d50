import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kernelDigest, kernelNames } from '../../bin/kernel-digest.ts';
import { openKernel, placeSize } from '../../shared/numeric/wasm/kernel.ts';
import { treePathsModule } from '../../shared/numeric/wasm/tree-paths-module.ts';

/** What its source compiles to, to the byte, is a step of `.ci/run`: compiling takes seconds. */
describe('a compiled kernel', async () => {
  it.each(await kernelNames())('%s is of the sources as they are now', async (name) => {
    const module = new URL(`../../shared/numeric/wasm/${name}-module.ts`, import.meta.url);
    const [head] = readFileSync(module, 'utf8').split('\n');
    expect(head, 'run `npm run kernels`').toContain(`Compiled from assembly/${name}.ts (${await kernelDigest(name)})`);
  });
});

const open = () => openKernel<unknown>(treePathsModule);

describe('the memory of a kernel', () => {
  it('gives places that do not touch, aligned for vectors, behind what the compiler keeps', () => {
    const { clear, place } = open();
    const sizes = [1, 16, 17, 0, 8];
    clear(sizes.reduce((sum, size) => sum + placeSize(size), 0));
    const places = sizes.map((size) => ({ at: place(size), size }));
    places.forEach(({ at }, index) => {
      expect(at % 16).toBe(0);
      const before = places[index - 1] ?? { at: 1024, size: 0 };
      expect(at).toBeGreaterThanOrEqual(before.at + before.size);
    });
  });

  it('copies the numbers it is given and none beside them', () => {
    const { clear, placeCopy, memory } = open();
    clear(64);
    const at = placeCopy(Float64Array.of(1, 2, 3, 4).subarray(1, 3));
    expect([...new Float64Array(memory.buffer, at, 4)]).toEqual([2, 3, 0, 0]);
  });

  it('grows to what is asked for, and does not shrink', () => {
    const { clear, place, memory } = open();
    clear(1_000_000);
    expect(place(1_000_000) + 1_000_000).toBeLessThanOrEqual(memory.buffer.byteLength);
    const grown = memory.buffer.byteLength;
    clear(16);
    expect(memory.buffer.byteLength).toBe(grown);
    expect(place(16)).toBe(1024);
  });

  it('refuses a place that was not asked for, rather than to write over the end', () => {
    const { clear, place } = open();
    clear(16);
    expect(() => place(70_000)).toThrow('A place of 70000 bytes at 1024 was not asked for');
  });

  it('refuses more than a memory can have', () => {
    expect(() => open().clear(5e9)).toThrow(RangeError);
  });

  it.each([
    ['no base64', '***'],
    ['no module', btoa('no module')],
  ])('refuses %s', (_, base64) => {
    expect(() => openKernel(base64)).toThrow();
  });
});
