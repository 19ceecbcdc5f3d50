import { openKernel, placeSize, type Kernel } from './kernel.ts';
import { nearestWindowsModule } from './nearest-windows-module.ts';

/** What the windows are compared by. */
export interface WindowDistance {
  /** Weight of each row of a window, its last row first. */
  readonly weights: Float64Array;
  /** Factor of the distance, by how many rows windows lie apart, less whole days; as many as a day has rows. */
  readonly penalties: Float64Array;
  /** What each row is taken less of where a window ends in it, `values` long; undefined to take windows as they are. */
  readonly centres: Float64Array | undefined;
  /** How many of the nearest are found. */
  readonly most: number;
}

/** The rows in which windows end, the nearest first. */
export interface FoundWindows {
  count: number;
  readonly ends: Int32Array;
}

export interface NearestWindows {
  /**
   * Looks for the windows nearest to that which ends in `row`, by the weighted L1 distance, among those that end in the
   * rows `newest` down to `oldest`; {@link far} then holds those of them that end in `farFrom` or before.
   */
  find(row: number, newest: number, oldest: number, farFrom: number): void;
  readonly near: FoundWindows;
  readonly far: FoundWindows;
}

interface Exports {
  find(
    ...at: [
      values: number,
      centres: number,
      asked: number,
      weights: number,
      length: number,
      penalties: number,
      day: number,
      newest: number,
      oldest: number,
      lag: number,
      farFrom: number,
      near: number,
      far: number,
      most: number,
    ]
  ): void;
}

/** Rows that are compared between two looks whether to go on. */
const TOGETHER = 4;
/** Values before the first that are read: windows of any length are compared by fours of rows, and four at a time. */
const BEFORE = 8;
const NUMBER = Float64Array.BYTES_PER_ELEMENT;

let kernel: Kernel<Exports> | undefined;
/** Whose series lies in the kernel's memory. */
let owner: object | undefined;

/**
 * Searches of one series by one distance or several, all in the memory of one kernel: a series that is asked about while
 * another lies there is placed again.
 *
 * @param values without gaps, oldest first. They are not copied before they are needed, and must stay as they are.
 * @returns one search for each distance. Rows given to `find` must leave room for a whole window: the kernel does not
 * look again.
 */
export function nearestWindows(values: Float64Array, distances: readonly WindowDistance[]): readonly NearestWindows[] {
  const self = {};
  const searches = distances.map((distance) => {
    const length = Math.ceil(distance.weights.length / TOGETHER) * TOGETHER;
    return {
      ...distance,
      length,
      asked: new Float64Array(length),
      near: { count: 0, ends: new Int32Array(distance.most) },
      far: { count: 0, ends: new Int32Array(distance.most) },
      at: { centres: 0, asked: 0, weights: 0, penalties: 0, near: 0, far: 0 },
    };
  });
  let valuesAt = 0;

  const place = (): Kernel<Exports> => {
    kernel ??= openKernel<Exports>(nearestWindowsModule);
    if (owner === self) return kernel;
    const listBytes = (most: number): number => NUMBER + most * NUMBER + most * Int32Array.BYTES_PER_ELEMENT;
    const padded = placeSize((values.length + BEFORE) * NUMBER);
    kernel.clear(
      searches.reduce(
        (sum, { centres, length, penalties, most }) =>
          sum +
          (centres === undefined ? 0 : padded) +
          2 * placeSize(length * NUMBER) +
          placeSize(penalties.byteLength) +
          2 * placeSize(listBytes(most)),
        padded,
      ),
    );
    const placed = (open: Kernel<Exports>, numbers: Float64Array): number => {
      const at = open.place((numbers.length + BEFORE) * NUMBER);
      const there = new Float64Array(open.memory.buffer, at, numbers.length + BEFORE);
      there.fill(0, 0, BEFORE);
      there.set(numbers, BEFORE);
      return at + BEFORE * NUMBER;
    };
    valuesAt = placed(kernel, values);
    for (const search of searches) {
      search.at = {
        centres: search.centres === undefined ? 0 : placed(kernel, search.centres),
        asked: kernel.place(search.length * NUMBER),
        weights: kernel.place(search.length * NUMBER),
        penalties: kernel.placeCopy(search.penalties),
        near: kernel.place(listBytes(search.most)),
        far: kernel.place(listBytes(search.most)),
      };
      const weights = new Float64Array(kernel.memory.buffer, search.at.weights, search.length);
      weights.fill(0).set(search.weights);
    }
    owner = self;
    return kernel;
  };

  return searches.map((search) => ({
    near: search.near,
    far: search.far,
    find(row, newest, oldest, farFrom) {
      const { exports, memory } = place();
      const { weights, centres, penalties, length, most, at } = search;
      const centre = centres === undefined ? 0 : centres[row];
      const asked = new Float64Array(memory.buffer, at.asked, length);
      for (let back = 0; back < weights.length; back++) asked[back] = values[row - back] - centre;
      // What the rows beyond the window weigh is nothing, but nothing times no number is no number.
      asked.fill(0, weights.length);
      const day = penalties.length;
      exports.find(
        valuesAt,
        at.centres,
        at.asked,
        at.weights,
        length,
        at.penalties,
        day,
        newest,
        oldest,
        (row - newest) % day,
        farFrom,
        at.near,
        at.far,
        most,
      );
      read(memory, at.near, most, search.near);
      read(memory, at.far, most, search.far);
    },
  }));
}

function read(memory: WebAssembly.Memory, at: number, most: number, into: FoundWindows): void {
  into.count = new Int32Array(memory.buffer, at, 1)[0];
  into.ends.set(new Int32Array(memory.buffer, at + NUMBER + most * NUMBER, most));
}
