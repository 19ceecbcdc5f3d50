/** Where a parameter may lie, and where the search begins. */
export interface Bound {
  readonly from: number;
  readonly to: number;
  readonly start: number;
}

export interface Minimum {
  readonly at: Float64Array;
  readonly value: number;
}

const FIRST_STEP = 0.25;

/**
 * A minimum of a function of few parameters, each within bounds, without derivatives (Nelder & Mead 1965; points outside
 * are moved onto the bound). What is returned is never worse than the start.
 *
 * @param evaluations at most so many values of the function are asked for, and a simplex more.
 * @param tolerance the search ends when the simplex's values differ by less than this part.
 * @throws RangeError on no parameter, or bounds that leave no room or not hold the start.
 */
export function nelderMead(
  loss: (at: Float64Array) => number,
  bounds: readonly Bound[],
  evaluations: number,
  tolerance: number,
): Minimum {
  const size = bounds.length;
  if (size === 0) throw new RangeError('There is nothing to search: give at least one parameter.');
  bounds.forEach(({ from, to, start }, index) => {
    if (!(from < to && start >= from && start <= to))
      throw new RangeError(
        `Parameter ${index} begins at ${start} within ${from} to ${to}: give room and a start in it.`,
      );
  });
  const inside = (at: Float64Array): Float64Array =>
    at.map((value, index) => Math.min(Math.max(value, bounds[index].from), bounds[index].to));
  let asked = 0;
  const point = (raw: Float64Array): Minimum => {
    const at = inside(raw);
    const value = loss(at);
    asked++;
    return { at, value: Number.isNaN(value) ? Infinity : value };
  };
  const first = Float64Array.from(bounds, ({ start }) => start);
  const simplex = [point(first)];
  bounds.forEach(({ from, to, start }, index) => {
    const step = FIRST_STEP * (to - from);
    simplex.push(point(first.with(index, start + step <= to ? start + step : start - step)));
  });
  while (asked < evaluations) {
    simplex.sort((one, other) => one.value - other.value);
    const best = simplex[0];
    const worst = simplex[size];
    if (worst.value - best.value <= tolerance * Math.abs(best.value)) break;
    const centre = first.map((_, index) => {
      let sum = 0;
      for (let vertex = 0; vertex < size; vertex++) sum += simplex[vertex].at[index];
      return sum / size;
    });
    const along = (by: number): Minimum => point(centre.map((value, index) => value + by * (value - worst.at[index])));
    const reflected = along(1);
    if (reflected.value < best.value) {
      const further = along(2);
      simplex[size] = further.value < reflected.value ? further : reflected;
    } else if (reflected.value < simplex[size - 1].value) {
      simplex[size] = reflected;
    } else {
      const closer = along(reflected.value < worst.value ? 0.5 : -0.5);
      if (closer.value < Math.min(reflected.value, worst.value)) simplex[size] = closer;
      else
        for (let vertex = 1; vertex <= size; vertex++)
          simplex[vertex] = point(simplex[vertex].at.map((value, index) => (value + best.at[index]) / 2));
    }
  }
  return simplex.reduce((one, other) => (other.value < one.value ? other : one));
}
