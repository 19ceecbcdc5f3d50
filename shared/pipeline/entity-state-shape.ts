import { entityDetector } from '../detectors/entity-detector.ts';
import { continueState, type EntityState } from './entity-state.ts';

/**
 * Refuses a state whose parts are not laid out as this release lays them out. Numbers read from the wrong place give
 * wrong verdicts and no error: that must be told when the state is read, while it still has a name.
 *
 * @throws RangeError naming the entity, the place, and both shapes.
 */
export function checkEntityState(state: EntityState): void {
  const { entity, stepSeconds, series, whole } = state;
  const template = continueState(undefined, entity, [''], stepSeconds).series[0];
  for (const memory of series) {
    const place = `${entity}: ${memory.id}`;
    checkShape(memory.detector, template.detector, `${place}.detector`);
    checkShape(memory.rarity, template.rarity, `${place}.rarity`);
    checkShape(memory.verdict, template.verdict, `${place}.verdict`);
  }
  if (whole === undefined) return;
  const { columns, detector } = whole;
  if (columns.length === 0) throw new RangeError(`${entity} as a whole has no columns`);
  checkShape(
    detector,
    entityDetector.start(entityDetector.defaults, columns.length, stepSeconds),
    `${entity} as a whole`,
  );
}

/** @param template a value of the right shape; its numbers do not matter, the lengths of its arrays do. */
function checkShape(actual: unknown, template: unknown, place: string): void {
  if (ArrayBuffer.isView(template)) {
    const expected = describe(template);
    const found = describe(actual);
    if (found !== expected) throw new RangeError(`${place} is ${found}, and should be ${expected}`);
    return;
  }
  if (typeof template !== 'object' || template === null) {
    if (typeof actual !== typeof template)
      throw new RangeError(`${place} is ${describe(actual)}, and should be a ${typeof template}`);
    return;
  }
  if (typeof actual !== 'object' || actual === null)
    throw new RangeError(`${place} is ${describe(actual)}, and should be an object`);
  for (const [name, inner] of Object.entries(template))
    checkShape((actual as Readonly<Record<string, unknown>>)[name], inner, `${place}.${name}`);
}

const describe = (value: unknown): string =>
  ArrayBuffer.isView(value)
    ? `${value.constructor.name} of ${(value as Float64Array).length}`
    : value === null
      ? 'null'
      : typeof value;
