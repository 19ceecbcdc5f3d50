import { describe, expect, it } from 'vitest';
import type { Series } from '../../shared/metrics/series.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import { lstmForecaster, trainLstm, type LstmState } from '../../shared/forecasters/lstm.ts';
import type { LstmOptions } from '../../shared/forecasters/lstm-options.ts';

/** Small enough for a test: a day has 24 slots. */
const small: LstmOptions = {
  ...lstmForecaster.defaults,
  lookback: 24,
  horizon: 6,
  units: [16, 8],
  dropout: 0.1,
  stride: 1,
  learningRate: 0.01,
  epochs: 12,
};

const start = 1_700_006_400;
const seriesOf = (values: ArrayLike<number>): Series => ({
  start,
  stepSeconds: 3600,
  values: Float64Array.from(values),
});

const wave = (slots: number, noise = 0, seed = 1): number[] => {
  const random = createRandom(seed);
  return Array.from(
    { length: slots },
    (_, slot) => 50 + 20 * Math.sin((2 * Math.PI * slot) / 24) + noise * random.normal(),
  );
};

const history = seriesOf(wave(400, 1));
const trained = trainLstm(history, small, 1);
const { fitted } = trained;

const forecastOf = (recent: Series, horizon = 6) => {
  const answer = fitted.forecast(recent, horizon, [80, 95]);
  if ('unforecastable' in answer) throw new Error(answer.unforecastable);
  return answer;
};

describe('a trained LSTM', () => {
  it('foresees a wave far better than persistence, within bands', () => {
    const { mean, bands, paths, start: from } = forecastOf(history);
    const truth = wave(406).slice(400);
    const error = mean.reduce((sum, value, at) => sum + Math.abs(value - truth[at]), 0) / 6;
    const naive = truth.reduce((sum, value) => sum + Math.abs(value - history.values[399]), 0) / 6;
    expect(error).toBeLessThan(naive / 4);
    expect(fitted.skill!.value).toBeGreaterThan(0.5);
    expect(from).toBe(start + 400 * 3600);
    bands.forEach(({ lower, upper }) =>
      mean.forEach((value, at) => {
        expect(lower[at]).toBeLessThanOrEqual(value);
        expect(upper[at]).toBeGreaterThanOrEqual(value);
      }),
    );
    expect(paths!.count).toBeGreaterThanOrEqual(8);
  });

  it('keeps the weights that were best on what it did not learn from', () => {
    const { bestLoss, firstLoss, bestEpoch, epochs } = trained.training;
    expect(bestLoss).toBeLessThan(firstLoss / 4);
    expect(bestEpoch).toBeGreaterThan(0);
    expect(bestEpoch).toBeLessThanOrEqual(epochs);
  });

  it('is the same to the bit from the same seed, and another from another', () => {
    const once = { ...small, epochs: 1 };
    const { state } = lstmForecaster.fit(history, once, 1);
    expect(lstmForecaster.fit(history, once, 1).state).toEqual(state);
    expect(lstmForecaster.fit(history, once, 2).state.parameters).not.toEqual(state.parameters);
  });

  it('says the same after it was stored', () => {
    const { state } = fitted;
    const copy = structuredClone(state);
    expect(lstmForecaster.restore(copy).forecast(history, 9, [80])).toEqual(fitted.forecast(history, 9, [80]));
  });

  it('goes on from what it said, where more is asked for than it says at once', () => {
    const { mean } = forecastOf(history, 40);
    expect(mean).toHaveLength(40);
    expect([...mean.subarray(0, 6)]).toEqual([...forecastOf(history).mean]);
    expect(mean.every((value) => value > 0 && value < 100)).toBe(true);
  });

  it('looks at nothing before its window', () => {
    const window = fitted.windowSlots;
    const recent = { ...history, start: start + (400 - window) * 3600, values: history.values.slice(-window) };
    expect(forecastOf(recent)).toEqual(forecastOf(history));
  });
});

describe('the window of an LSTM', () => {
  const changed = (change: (values: Float64Array) => void): Series => {
    const values = Float64Array.from(history.values);
    change(values);
    return { ...history, values };
  };

  it.each([
    ['a gap that is bridged', (values: Float64Array) => values.fill(Number.NaN, 390, 393), 'said'],
    ['newest slots that are late', (values: Float64Array) => values.fill(Number.NaN, 398), 'said'],
    ['values beyond all that was seen', (values: Float64Array) => values.fill(1e9, 380), 'said'],
    ['values that are no measurements', (values: Float64Array) => values.fill(Infinity, 391, 393), 'said'],
    ['a gap too long', (values: Float64Array) => values.fill(Number.NaN, 385, 390), 'not-enough-history'],
    ['nothing but gaps', (values: Float64Array) => values.fill(Number.NaN), 'missing-data'],
    ['a series that stopped', (values: Float64Array) => values.fill(Number.NaN, 396), 'missing-data'],
  ])('with %s', (_, change, meant) => {
    const answer = fitted.forecast(
      changed((values) => void change(values)),
      8,
      [80, 95],
    );
    if (meant === 'said') {
      if ('unforecastable' in answer) throw new Error(answer.unforecastable);
      expect(answer.mean.every(Number.isFinite)).toBe(true);
      expect(answer.bands.every(({ lower, upper }) => lower.every(Number.isFinite) && upper.every(Number.isFinite)));
    } else expect(answer).toEqual({ unforecastable: meant });
  });

  it('that is shorter than what it was trained to look at is not enough, whatever the settings say by now', () => {
    const recent = { ...history, values: history.values.slice(-small.lookback + 1) };
    expect(fitted.forecast(recent, 6, [80])).toEqual({ unforecastable: 'not-enough-history' });
  });

  it.each([
    ['another step', { ...history, stepSeconds: 300 }, 6, [80], 'steps of 3600 s'],
    ['no horizon', history, 0, [80], 'The horizon is 0'],
    ['a level that is none', history, 6, [100], 'A band of 100 % is none'],
  ])('refuses %s', (_, recent, horizon, levels, said) => {
    expect(() => fitted.forecast(recent, horizon, levels)).toThrow(said);
  });
});

describe('training an LSTM', () => {
  it('on a series that never changed says that nothing changes', () => {
    const { fitted: constant, training } = trainLstm(seriesOf(new Array<number>(300).fill(0.1)), small, 1);
    expect(training.epochs).toBe(0);
    const answer = constant.forecast(seriesOf(new Array<number>(100).fill(0.1)), 8, [80]);
    expect(answer).toMatchObject({ mean: new Float64Array(8).fill(0.1) });
    expect(constant.skill).toMatchObject({ value: 0 });
  });

  it('on a series of 1e15 ± 10 is as good as on one around 50', () => {
    const large = seriesOf(wave(400, 1).map((value) => value + 1e15));
    const { skill } = lstmForecaster.fit(large, small, 1);
    expect(skill!.value).toBeGreaterThan(0.5);
  });

  it('measures its skill half an hour ahead where what it says at once ends before that', () => {
    const slow = Float64Array.from({ length: 1500 }, (_, slot) => Math.sin(slot / 40));
    const options = { ...small, lookback: 16, horizon: 60, epochs: 2, stride: 20 };
    const hour = lstmForecaster.fit({ start, stepSeconds: 10, values: slow }, options, 1);
    const { skill } = hour;
    expect(skill!.origins).toBeGreaterThanOrEqual(8);
    expect(Math.abs(skill!.value)).toBeLessThanOrEqual(1);
    const answer = hour.forecast({ start, stepSeconds: 10, values: slow }, 270, [80]);
    if ('unforecastable' in answer) throw new Error(answer.unforecastable);
    expect(answer.bands[0].upper[269] - answer.bands[0].lower[269]).toBeGreaterThan(0);
  });

  it('in its classic form, each step of which says one, learns the wave, too', () => {
    const { skill, state } = lstmForecaster.fit(history, { ...small, head: 'per-step' }, 1);
    expect(skill!.value).toBeGreaterThan(0.3);
    const answer = lstmForecaster.restore(state).forecast(history, 13, [80]);
    if ('unforecastable' in answer) throw new Error(answer.unforecastable);
    expect(answer.mean).toHaveLength(13);
    expect(answer.mean.every((value) => value > 0 && value < 100)).toBe(true);
  });

  it('never says less than nothing of what never was', () => {
    const low = seriesOf(wave(400, 1).map((value) => Math.max(0, value - 50)));
    const answer = lstmForecaster.fit(low, { ...small, epochs: 2 }, 1).forecast(low, 6, [95]);
    if ('unforecastable' in answer) throw new Error(answer.unforecastable);
    expect([answer.mean, answer.bands[0].lower].every((values) => values.every((value) => value >= 0))).toBe(true);
  });

  it('learns around gaps, and nothing from what is not known', () => {
    const values = Float64Array.from(wave(500, 1), (value, slot) =>
      slot % 61 < 2 || (slot > 200 && slot < 230) ? Number.NaN : value,
    );
    const { skill, state } = lstmForecaster.fit(seriesOf(values), small, 1);
    expect(skill!.value).toBeGreaterThan(0.4);
    expect(state.parameters.every(Number.isFinite)).toBe(true);
  });

  it.each([
    ['no history', [], 'in 0 slots, 0 of them known'],
    ['a history of gaps', new Array<number>(300).fill(Number.NaN), 'in 300 slots, 0 of them known'],
    ['too little', wave(69), 'give at least 78 slots without long gaps'],
    [
      'a history without a stretch between its gaps',
      wave(400).map((v, at) => (at % 20 < 5 ? Number.NaN : v)),
      'finds 0 windows',
    ],
  ])('refuses %s, and says what is needed', (_, values, said) => {
    expect(() => lstmForecaster.fit(seriesOf(values), small, 1)).toThrow(RangeError);
    expect(() => lstmForecaster.fit(seriesOf(values), small, 1)).toThrow(said);
  });

  it('takes the least that it says it needs', () => {
    expect(() => lstmForecaster.fit(seriesOf(wave(78)), { ...small, epochs: 1 }, 1)).not.toThrow();
  });

  it.each([
    ['stride', 0, 'a whole number from 1'],
    ['batchSize', 1.5, 'a whole number from 1'],
    ['epochs', Number.NaN, 'a whole number from 1'],
    ['patience', -1, 'a whole number from 1'],
    ['plateau', Infinity, 'a whole number from 1'],
    ['dropout', 1, 'a part from 0 to below 1'],
    ['learningRate', 0, 'a number above 0, up to 1'],
    ['validationShare', 0, 'a part from 0.05 to 0.5'],
    ['validationShare', 0.9, 'a part from 0.05 to 0.5'],
  ])('refuses %s %d', (name, value, said) => {
    const wrong = { ...small, [name]: value };
    expect(() => lstmForecaster.fit(history, wrong, 1)).toThrow(`The LSTM's ${name} is ${value}: give ${said}.`);
  });

  it.each([0, -300, Number.NaN])('refuses a step of %d s', (stepSeconds) => {
    expect(() => lstmForecaster.fit({ ...history, stepSeconds }, small, 1)).toThrow(RangeError);
  });
});

describe('a stored LSTM', () => {
  const { state } = fitted;
  const withParameter = (at: number, value: number): Float32Array => {
    const parameters = Float32Array.from(state.parameters);
    parameters[at] = value;
    return parameters;
  };

  it.each<[string, Partial<Record<keyof LstmState, unknown>>, string]>([
    ['with a weight that is no number', { parameters: withParameter(7, Number.NaN) }, 'parameters have NaN at place 7'],
    ['with an endless weight', { parameters: withParameter(0, -Infinity) }, 'parameters have -Infinity at place 0'],
    ['that was cut off', { parameters: state.parameters.subarray(1) }, 'but 16 and 8 units with a horizon of 6 have'],
    ['for another horizon', { horizon: 12 }, 'with a horizon of 12 have'],
    ['for another head', { head: 'per-step' }, 'parameters are'],
    ['for a head there is none of', { head: 'middle' }, 'head'],
    ['that looks back no number of slots', { lookback: -1 }, 'lookback'],
    ['of another precision', { parameters: new Float64Array(3) }, 'is no Float32Array'],
    ['of units that make no network', { units: [7] }, 'A layer of the LSTM has 7 units'],
    ['without a range', { range: Number.NaN }, 'range'],
    ['without a step', { stepSeconds: 0 }, 'stepSeconds'],
  ])('%s is refused, and says why', (_, wrong, said) => {
    const damaged = { ...state, ...wrong } as LstmState;
    expect(() => lstmForecaster.restore(damaged)).toThrow(RangeError);
    expect(() => lstmForecaster.restore(damaged)).toThrow(said);
    expect(() => lstmForecaster.restore(damaged)).toThrow('Fit it anew');
  });
});
