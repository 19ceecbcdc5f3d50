import { entityDetector, type EntityDetectorState } from './entity-detector.ts';

/**
 * The state of an entity whose metrics changed: column `j` of the result continues column `from[j]`, or is new where
 * that is -1. Columns that `from` does not name are forgotten, the others forget nothing.
 *
 * @throws RangeError where `from` names a column that the state does not have.
 */
export function remapColumns(state: EntityDetectorState, from: readonly number[]): EntityDetectorState {
  const wrong = from.find((column) => !Number.isInteger(column) || column < -1 || column >= state.columns);
  if (wrong !== undefined)
    throw new RangeError(`Column ${wrong} does not exist: the entity has columns 0 to ${state.columns - 1}.`);
  const next = entityDetector.start({ threshold: state.threshold }, from.length, state.stepSeconds);
  next.counters.set(state.counters);
  const fields = state.fields.length / state.columns;
  const blocks = 2;
  const rows = state.ring.length / (blocks * state.columns);
  from.forEach((old, column) => {
    if (old === -1) return;
    next.fields.set(state.fields.subarray(old * fields, (old + 1) * fields), column * fields);
    for (let row = 0; row < rows; row++)
      for (let block = 0; block < blocks; block++)
        next.ring[(row * blocks + block) * from.length + column] =
          state.ring[(row * blocks + block) * state.columns + old];
  });
  return next;
}
