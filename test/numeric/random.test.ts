import { describe, expect, it } from 'vitest';
import { createRandom, restoreRandom } from '../../shared/numeric/random.ts';
import fc from '../fakes/property.ts';

/** The published C code, word for word in BigInt, as an obvious reference. */
function reference(words: Uint32Array, count: number): number[] {
  const mask = 0xffff_ffffn;
  const rotl = (x: bigint, k: bigint) => ((x << k) | (x >> (32n - k))) & mask;
  const s = [...words].map(BigInt) as [bigint, bigint, bigint, bigint];
  return Array.from({ length: count }, () => {
    const result = (rotl((s[1] * 5n) & mask, 7n) * 9n) & mask;
    const t = (s[1] << 9n) & mask;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 11n);
    return Number(result) / 2 ** 32;
  });
}

describe('random', () => {
  it('is xoshiro128**', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = createRandom(seed);
        const expected = reference(random.state.words, 50);
        expect(Array.from({ length: 50 }, () => random.next())).toEqual(expected);
      }),
    );
  });

  it('gives the same stream for the same seed, and another for the next seed', () => {
    const draw = (seed: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 5 }, () => random.next());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(1)).not.toEqual(draw(1 + 2 ** 32));
  });

  it('goes on from its state as if it had never stopped', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(20), (seed, steps) => {
        const random = createRandom(seed);
        for (let step = 0; step < steps; step++) random.normal();
        const again = restoreRandom(random.state);
        expect([again.normal(), again.next(), again.integer(9)]).toEqual([
          random.normal(),
          random.next(),
          random.integer(9),
        ]);
      }),
    );
  });

  it('draws normals with mean 0, deviation 1 and normal tails', () => {
    const random = createRandom(1);
    const draws = Float64Array.from({ length: 200_000 }, () => random.normal());
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const square = draws.reduce((sum, x) => sum + x * x, 0) / draws.length;
    const beyondTwo = draws.filter((x) => Math.abs(x) > 2).length / draws.length;
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.abs(square - 1)).toBeLessThan(0.02);
    expect(Math.abs(beyondTwo - 0.0455)).toBeLessThan(0.003);
  });

  it('draws every integer below the bound equally often', () => {
    const random = createRandom(2);
    const counts = new Array<number>(7).fill(0);
    for (let draw = 0; draw < 70_000; draw++) counts[random.integer(7)]++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it.each([0, -1, 1.5, NaN, 2 ** 32 + 1])('refuses to draw an integer below %s', (below) => {
    expect(() => createRandom(1).integer(below)).toThrow(/whole number/);
  });

  it.each([NaN, Infinity])('refuses the seed %s', (seed) => {
    expect(() => createRandom(seed)).toThrow(/seed is/);
  });

  it.each([[Uint32Array.of(1, 2, 3)], [new Uint32Array(4)]])('refuses the state [%s]', (words) => {
    expect(() => restoreRandom({ words, spare: NaN })).toThrow(/4 words/);
  });
});
