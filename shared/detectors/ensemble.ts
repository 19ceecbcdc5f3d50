import type { FeatureMatrix } from '../features/feature-matrix.ts';
import { calibrate, decadesOf, probabilityOf, type Calibration } from './calibration.ts';
import type { FittedDetector, Unscorable } from './detector.ts';

/** A calibrated detector and how much it counts. */
export interface EnsembleMember {
  readonly name: string;
  /** From a backtest; 0 has no say. */
  readonly weight: number;
  readonly calibration: Calibration;
}

export interface EnsembleState {
  readonly members: readonly EnsembleMember[];
  /** Of the vote itself, on the history that the members were calibrated on. */
  readonly calibration: Calibration;
}

export type EnsembleJudgement =
  | { readonly unscorable: Unscorable }
  | {
      /** 0…1: 1 minus the probability that normal behaviour looks like this, by the weighted vote; no more than evidence. */
      readonly value: number;
      /** The probability that a normal row has a vote at least as strong, never beyond its evidence. */
      readonly probability: number;
      /** What the vote adds up to, in decades: what rows are ranked by, and rarity is read off. */
      readonly decades: number;
      /** Each member's own probability, NaN where it could not judge. */
      readonly members: Float64Array;
    };

/**
 * The weighted vote: the quadratic mean of the members' decades (minus the logarithm of a probability), so that one
 * member that has seen nothing like it outweighs a shrug. Members that cannot judge a row abstain. `decades` rank rows,
 * also those beyond the evidence; `proven` stop where the evidence does.
 */
function vote(members: readonly EnsembleMember[], raw: ArrayLike<number>) {
  const own = new Float64Array(members.length);
  let sum = 0;
  let proven = 0;
  let weight = 0;
  members.forEach((member, index) => {
    const abstains = Number.isNaN(raw[index]);
    own[index] = abstains ? Number.NaN : probabilityOf(member.calibration, raw[index]);
    if (abstains) return;
    sum += member.weight * decadesOf(member.calibration, raw[index]) ** 2;
    proven += member.weight * Math.log10(own[index]) ** 2;
    weight += member.weight;
  });
  const meanOf = (squares: number): number => (weight > 0 ? Math.sqrt(squares / weight) : Number.NaN);
  return { decades: meanOf(sum), proven: meanOf(proven), own };
}

/**
 * @param names of the members, with their weights.
 * @param scores per member, per entity: its raw scores on history in the order of time, NaN where it could not judge.
 * @throws RangeError without a member that counts, on a weight that is none, or on histories of different lengths.
 */
export function calibrateEnsemble(
  names: readonly { readonly name: string; readonly weight: number }[],
  scores: readonly (readonly Float64Array[])[],
  stepSeconds: number,
): EnsembleState {
  if (names.length !== scores.length)
    throw new RangeError(`There are ${names.length} members and scores of ${scores.length}: give each its own.`);
  const bad = names.find(({ weight }) => !(weight >= 0) || !Number.isFinite(weight));
  if (bad !== undefined) throw new RangeError(`The weight of '${bad.name}' is ${bad.weight}: give 0 or more.`);
  if (!names.some(({ weight }) => weight > 0))
    throw new RangeError('No member of the ensemble has a weight above 0: give at least one a say.');
  const members = names.map((member, index) => ({ ...member, calibration: calibrate(scores[index], stepSeconds) }));
  const [first] = scores;
  const votes = first.map((one, entity) => {
    if (scores.some((own) => own.length !== first.length || own[entity].length !== one.length))
      throw new RangeError(`The members judged different rows of history ${entity}: run all of them over the same.`);
    const raw = new Float64Array(members.length);
    return one.map((_, row) => {
      for (let member = 0; member < raw.length; member++) raw[member] = scores[member][entity][row];
      return vote(members, raw).decades;
    });
  });
  return { members, calibration: calibrate(votes, stepSeconds) };
}

/** What the members' raw scores of one row come to; NaN where a member could not judge. */
export function judgeByVote(state: EnsembleState, raw: ArrayLike<number>): EnsembleJudgement {
  if (raw.length !== state.members.length)
    throw new RangeError(`There are ${raw.length} scores for ${state.members.length} members: give one each.`);
  const { decades, proven, own } = vote(state.members, raw);
  if (Number.isNaN(decades)) return { unscorable: 'missing-data' };
  return {
    value: 1 - 10 ** -proven,
    probability: probabilityOf(state.calibration, decades),
    decades,
    members: own,
  };
}

/** A detector's raw scores of many rows; NaN where it could not judge. Uses the fast way where there is one. */
export function scoresOf(
  detector: Pick<FittedDetector<unknown>, 'score'> & { scoreAll?(rows: FeatureMatrix): Float64Array },
  rows: FeatureMatrix,
): Float64Array {
  if (detector.scoreAll !== undefined) return detector.scoreAll(rows);
  const width = rows.names.length;
  return Float64Array.from({ length: rows.rows }, (_, row) => {
    const score = detector.score(rows.values.subarray(row * width, (row + 1) * width));
    return 'value' in score ? score.value : Number.NaN;
  });
}
