import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planScore } from '../../bin/score-plan.ts';
import { scratchFolder } from './scratch-folder.ts';

const csv = 'timestamp,value\n2026-01-01,1\n';

describe('planning what to score', () => {
  it('gives the same tree as plain .csv, and passes over what is no CSV', async () => {
    const folder = scratchFolder({
      'in/a.csv': csv,
      'in/deep/er/b.csv.gz': csv,
      'in/LICENSE': 'x',
      'in/.hidden.csv': csv,
    });
    const plan = await planScore({
      cwd: '/',
      input: join(folder, 'in'),
      output: join(folder, 'out'),
      history: undefined,
    });
    expect(plan.jobs.map(({ name, output }) => [name, output])).toEqual([
      ['a.csv', join(folder, 'out/a.csv')],
      ['deep/er/b.csv.gz', join(folder, 'out/deep/er/b.csv')],
    ]);
    expect(plan.passedOver).toBe(1);
  });

  it('knows the list of faults that simulate writes for what it is', async () => {
    const folder = scratchFolder({ 'in/a.csv': csv, 'in/faults.json': '{}', 'in/notes.txt': 'x' });
    const plan = await planScore({ cwd: folder, input: 'in', output: 'out', history: undefined });
    expect({ files: plan.jobs.length, passedOver: plan.passedOver }).toEqual({ files: 1, passedOver: 1 });
  });

  it('leaves the results of the last time out, where they lie inside the input', async () => {
    const folder = scratchFolder({ 'a.csv': csv, 'out/a.csv': csv });
    const plan = await planScore({ cwd: '/', input: folder, output: join(folder, 'out'), history: undefined });
    expect(plan.jobs.map(({ name }) => name)).toEqual(['a.csv']);
  });

  it('follows links to files', async () => {
    const folder = scratchFolder({ 'real/a.csv': csv });
    mkdirSync(join(folder, 'in'));
    symlinkSync(join(folder, 'real/a.csv'), join(folder, 'in/link.csv'));
    const plan = await planScore({
      cwd: '/',
      input: join(folder, 'in'),
      output: join(folder, 'out'),
      history: undefined,
    });
    expect(plan.jobs.map(({ name }) => name)).toEqual(['link.csv']);
  });

  it.each([
    ['a name with .csv is the file itself', 'out.csv', 'out.csv'],
    ['a name without .csv is a folder', 'out', 'out/a.csv'],
    ['a name that ends with / is a folder', 'x.csv/', 'x.csv/a.csv'],
    ['a folder that is there is a folder', 'there.csv', 'there.csv/a.csv'],
    ['a file that is there is replaced', 'old', 'old'],
  ])('for one file, %s', async (_title, output, expected) => {
    const folder = scratchFolder({ 'a.csv.gz': csv, 'there.csv/keep': '', old: '' });
    const plan = await planScore({
      cwd: '/',
      input: join(folder, 'a.csv.gz'),
      output: `${folder}/${output}`,
      history: undefined,
    });
    expect(plan.jobs[0]?.output).toBe(join(folder, expected));
  });

  it.each([
    ['x-train.csv beside x-test.csv is its history', ['x-test.csv', 'x-train.csv'], undefined, 'x-train.csv'],
    ['packed or not', ['x-test.csv', 'x-train.csv.gz'], undefined, 'x-train.csv.gz'],
    ['unless it is not wanted', ['x-test.csv', 'x-train.csv'], false, undefined],
    ['another name has none', ['x-test.csv', 'y-train.csv'], undefined, undefined],
  ])('%s', async (_title, names, history, expected) => {
    const folder = scratchFolder(Object.fromEntries(names.map((name) => [name, csv])));
    const plan = await planScore({
      cwd: '/',
      input: folder,
      output: join(folder, 'out'),
      history: history as false | undefined,
    });
    const job = plan.jobs.find(({ name }) => name.startsWith('x-test'));
    expect(job?.history).toBe(expected === undefined ? undefined : join(folder, expected));
  });

  it('takes history from a folder of the same shape, and says which had none', async () => {
    const folder = scratchFolder({ 'in/a.csv': csv, 'in/d/b.csv': csv, 'then/d/b.csv.gz': csv });
    const plan = await planScore({
      cwd: '/',
      input: join(folder, 'in'),
      output: join(folder, 'out'),
      history: join(folder, 'then'),
    });
    expect(plan.jobs.map(({ history }) => history)).toEqual([undefined, join(folder, 'then/d/b.csv.gz')]);
    expect(plan.withoutHistory).toEqual(['a.csv']);
  });

  it.each([
    ['a path that is not there', { input: 'none', output: 'out' }, 'no such file or folder'],
    ['a history that is not there', { input: 'in', output: 'out', history: 'none' }, '--history'],
    ['a folder without a CSV', { input: 'empty', output: 'out' }, 'no .csv or .csv.gz in it (1 other files)'],
    ['a result over its own input', { input: 'in/a.csv', output: 'in' }, 'would replace the input'],
    ['a tree over itself', { input: 'in', output: 'in/.' }, 'is the input folder'],
    ['a tree into a file', { input: 'in', output: 'empty/readme.txt' }, 'is a file: a folder of CSVs needs a folder'],
    ['two inputs with one result', { input: 'twice', output: 'out' }, 'a.csv and a.csv.gz would both be written to'],
  ])('refuses %s', async (_title, request, message) => {
    const folder = scratchFolder({
      'in/a.csv': csv,
      'empty/readme.txt': '',
      'twice/a.csv': csv,
      'twice/a.csv.gz': csv,
    });
    const at = (path: string): string => join(folder, path);
    const history = 'history' in request ? at(request.history) : undefined;
    await expect(
      planScore({ cwd: '/', input: at(request.input), output: at(request.output), history }),
    ).rejects.toThrow(message);
  });
});
