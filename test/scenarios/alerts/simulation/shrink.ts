import type { Scenario } from './scenario.ts';

/**
 * The smallest scenario that is still broken, by leaving out one thing after another until nothing can be left out.
 *
 * @param isBroken whether a scenario still shows what is looked for.
 * @param most how many scenarios are tried at most.
 */
export async function shrink(
  scenario: Scenario,
  isBroken: (smaller: Scenario) => Promise<boolean>,
  most = 600,
): Promise<Scenario> {
  let smallest = scenario;
  let tries = 0;
  for (let progress = true; progress;) {
    progress = false;
    for (const smaller of smallerOnes(smallest)) {
      if (++tries > most) return smallest;
      if (!(await isBroken(smaller))) continue;
      smallest = smaller;
      progress = true;
      break;
    }
  }
  return smallest;
}

const lists = [
  'faults',
  'troubles',
  'stretches',
  'acts',
  'doubled',
  'lostTicks',
  'doubleSweeps',
  'missedSweeps',
] as const;

function* smallerOnes(scenario: Scenario): Iterable<Scenario> {
  const without = <T>(list: readonly T[], k: number): readonly T[] => list.filter((_, at) => at !== k);
  for (const entity of scenario.entities)
    if (scenario.entities.length > 1)
      yield { ...scenario, entities: scenario.entities.filter((one) => one !== entity) };
  for (const list of lists) if (scenario[list].length > 1) yield { ...scenario, [list]: [] };
  for (const list of lists)
    for (let k = 0; k < scenario[list].length; k++) yield { ...scenario, [list]: without<unknown>(scenario[list], k) };
  for (const late of Object.keys(scenario.delays))
    yield {
      ...scenario,
      delays: Object.fromEntries(Object.entries(scenario.delays).filter(([one]) => one !== late)),
    };
  for (const off of ['storm', 'flapping', 'pagesPerDay'] as const)
    if (scenario.policy[off] !== 'off') yield { ...scenario, policy: { ...scenario.policy, [off]: 'off' } };
}
