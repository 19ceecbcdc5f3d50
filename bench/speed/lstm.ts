import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { startLstmThreads } from '../../shared/adapters/local/lstm-threads.ts';
import { openLstmBatches, slicesOf, type LstmBatches } from '../../shared/forecasters/lstm-gradient-slices.ts';
import { lstmDefaults } from '../../shared/forecasters/lstm-options.ts';
import { trainLstm } from '../../shared/forecasters/lstm.ts';
import { packArtefact } from '../../shared/models/artefact.ts';
import { createAdam } from '../../shared/numeric/adam.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import type { LstmLesson } from '../../shared/numeric/wasm/lstm-gradients.ts';
import { lstmOutputs } from '../../shared/numeric/wasm/lstm-outputs.ts';
import { initialLstmParameters, lstmLayout } from '../../shared/numeric/wasm/lstm-shape.ts';

type Row = Record<string, string | number>;

const rounds = 15;
const { lookback, horizon, batchSize } = lstmDefaults;
const random = createRandom(1);
const round = (value: number): number => Number(value.toPrecision(3));

/** A day of ten-second points: a wave of an hour, one of a quarter, and noise. */
const day = Float64Array.from(
  { length: 8640 },
  (_, slot) =>
    50 + 20 * Math.sin((2 * Math.PI * slot) / 360) + 8 * Math.sin((2 * Math.PI * slot) / 90) + 3 * random.normal(),
);
const scaled = Float32Array.from(day, (value) => value / 100);
const lesson: LstmLesson = {
  shape: lstmDefaults,
  dropout: lstmDefaults.dropout,
  inputs: scaled,
  targets: scaled,
};

/** The same network, batch and steps; a line in, the milliseconds of processor time it took out. */
const program = `
import sys, time, torch
torch.set_num_threads(1)
class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = torch.nn.LSTM(1, 128, batch_first=True), torch.nn.LSTM(128, 64, batch_first=True)
        self.dropout, self.head = torch.nn.Dropout(${lstmDefaults.dropout}), torch.nn.Linear(64, ${horizon})
    def forward(self, x):
        y, _ = self.first(x[:, :, None])
        y, _ = self.second(self.dropout(y))
        return self.head(y[:, -1]) + x[:, -1:]
network = Network()
adam = torch.optim.Adam(network.parameters())
x, y = torch.rand(${batchSize}, ${lookback}), torch.rand(${batchSize}, ${horizon})
def step():
    network.train()
    adam.zero_grad()
    ((network(x) - y) ** 2 + 1e-6).sqrt().mean().backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1)
    adam.step()
def forecast(windows):
    network.eval()
    with torch.no_grad():
        network(windows)
work = {'step': step, 'one': lambda: forecast(x[:1]), 'all': lambda: forecast(x)}
step()
libraries = open('/proc/self/maps').read() if sys.platform == 'linux' else ''
fast = any(name in libraries for name in ('openblas', 'mkl', 'blis'))
print(torch.__version__ + ('' if fast else ' with a slow BLAS: install libopenblas0-pthread'), flush=True)
for line in sys.stdin:
    began = time.process_time()
    work[line.strip()]()
    print(1000 * (time.process_time() - began), flush=True)
`;

interface Peer {
  readonly version: string;
  ask(work: keyof typeof taken): Promise<number>;
  stop(): void;
}

const taken = {
  step: { name: `one training step, ${batchSize} windows of ${lookback}`, ours: [] as number[], torch: [] as number[] },
  one: { name: 'one forecast', ours: [] as number[], torch: [] as number[] },
  all: { name: `${batchSize} forecasts at once`, ours: [] as number[], torch: [] as number[] },
};
const kinds = ['step', 'one', 'all'] as const;

/** Undefined where there is no torch, with the reason on stderr. */
async function startTorch(): Promise<Peer | undefined> {
  const python = process.env['PYTHON_TORCH'] ?? '/usr/bin/python3';
  const child: ChildProcessWithoutNullStreams = spawn(python, ['-c', program], {
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const version = await lines.next();
  if (version.done === true) return undefined;
  return {
    version: version.value,
    async ask(work) {
      child.stdin.write(`${work}\n`);
      return Number((await lines.next()).value);
    },
    stop: () => child.stdin.end(),
  };
}

function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const layout = lstmLayout(lstmDefaults);
const parameters = initialLstmParameters(layout, random);
const adam = createAdam(layout.length);

function step(batches: LstmBatches): void {
  const starts = Int32Array.from({ length: batchSize }, () => random.integer(day.length - lookback - horizon));
  const slopes = new Float32Array(layout.length);
  batches.add(parameters, slicesOf(starts, lesson, random), slopes);
  adam.step(parameters, slopes, lstmDefaults.learningRate);
}

/** Ours and torch in turns, so that the machine's ups and downs meet both. */
async function besideTorch(): Promise<Row[]> {
  const torch = await startTorch();
  const batches = openLstmBatches(lesson);
  const ours = {
    step: () => step(batches),
    one: () => void lstmOutputs(lstmDefaults, parameters, scaled.subarray(0, lookback)),
    all: () => void lstmOutputs(lstmDefaults, parameters, scaled.subarray(0, batchSize * lookback)),
  };
  for (let turn = 0; turn < rounds; turn++)
    for (const kind of kinds) {
      taken[kind].ours.push(processorTime(ours[kind]));
      if (torch !== undefined) taken[kind].torch.push(await torch.ask(kind));
    }
  torch?.stop();
  return kinds.map((kind) => {
    const { name, ours: own, torch: theirs } = taken[kind];
    const middle = (times: number[]): number => times.sort((a, b) => a - b)[times.length >> 1];
    const row: Row = { what: name, ms: round(middle(own)), fastestMs: round(own[0]) };
    if (torch === undefined) return { ...row, note: 'torch SKIPPED: set PYTHON_TORCH to a Python that has it' };
    const peer = { torchMs: round(middle(theirs)), torchFastestMs: round(theirs[0]) };
    const faster = round(peer.torchMs / Number(row['ms']));
    return {
      ...row,
      ...peer,
      faster,
      note: `torch ${torch.version}, one thread${kind === 'step' ? '; target 1' : ''}`,
    };
  });
}

/** Wall-clock time of a step here alone, and with one thread that helps, in turns. */
async function withThreads(): Promise<Row[]> {
  const threads = await startLstmThreads(1);
  try {
    const ways = [openLstmBatches(lesson), threads.openBatches(lesson)];
    const [alone, helped] = [[] as number[], [] as number[]];
    for (let turn = -1; turn < rounds; turn++)
      ways.forEach((batches, way) => {
        const began = performance.now();
        step(batches);
        if (turn >= 0) [alone, helped][way].push(performance.now() - began);
      });
    for (const batches of ways) batches.close();
    const [one, two] = [alone, helped].map((times) => times.sort((a, b) => a - b)[times.length >> 1]);
    return [
      { what: 'the same step on the clock, one thread', ms: round(one), fastestMs: round(alone[0]) },
      {
        what: 'the same step on the clock, two threads',
        ms: round(two),
        fastestMs: round(helped[0]),
        faster: round(one / two),
        note: 'the same bits; on an idle machine of two processors',
      },
    ];
  } finally {
    await threads.stop();
  }
}

/** A day of ten-second points, default settings. */
function wholeTraining(): Row[] {
  const history = { start: 1_700_006_400, stepSeconds: 10, values: day };
  let batches = 0;
  let trained = undefined as ReturnType<typeof trainLstm> | undefined;
  const ms = processorTime(() => {
    trained = trainLstm(history, lstmDefaults, 1, { onProgress: () => batches++ });
  });
  if (trained === undefined) throw new Error('nothing was trained');
  const { state, skill } = trained.fitted;
  const kind = { kind: 'bench-lstm', version: 1, upgrades: {}, parse: () => state };
  const stored = packArtefact(kind, state);
  const { ended, epochs, bestEpoch } = trained.training;
  return [
    {
      what: 'training on a day of ten-second points, seconds',
      ms: round(ms / 1000),
      note: `${epochs} epochs, ${batches} batches, best ${bestEpoch}, ${ended}; skill ${round(skill?.value ?? 0)}`,
    },
    {
      what: 'its artefact, bytes',
      ms: stored.length,
      note: `${state.parameters.length} weights; gzipped ${gzipSync(stored).length}`,
    },
  ];
}

async function run(): Promise<Row[]> {
  return [...(await besideTorch()), ...(await withThreads()), ...wholeTraining()];
}

export const bench = { name: 'LSTM 128 → 64, 180 steps', run };
