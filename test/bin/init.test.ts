import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { run } from '../../bin/aiops.ts';
import { settingsTemplate } from '../../bin/commands/init.ts';
import { forecastEvery, forecastHorizon } from '../../shared/settings/forecast-settings.ts';
import { checkSettings } from '../../shared/settings/load-settings.ts';
import { settingsSchema } from '../../shared/settings/settings.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { scratchFolder } from './scratch-folder.ts';

describe('init', () => {
  it('writes settings that work as they are', async () => {
    const cwd = scratchFolder();
    const terminal = fakeTerminal({ cwd });
    expect(await run(['init'], terminal)).toBe(0);
    expect(terminal.stdout()).toContain('npx aiops doctor');
    const settings = settingsSchema.parse(parse(readFileSync(join(cwd, 'aiops.yaml'), 'utf8')));
    expect(Object.keys(settings.watches)).toEqual(['servers']);
  });

  it('names a schema that is there, wherever it writes', async () => {
    const cwd = scratchFolder();
    expect(await run(['init', 'deep.yaml'], fakeTerminal({ cwd }))).toBe(0);
    const [, schema] = /\$schema=(.+)/.exec(readFileSync(join(cwd, 'deep.yaml'), 'utf8')) ?? [];
    expect(existsSync(schema), schema).toBe(true);
  });

  it('every commented setting is one that exists', () => {
    const single = settingsTemplate
      .split('\n')
      .filter((line) => !/^\s*# [A-Z].*[.:,]?$|yaml-language-server|^# More/.test(line))
      .map((line) => line.replace(/^(\s*)# ?/, '$1'))
      .filter(
        (line) =>
          !/^\s*(select: AWS\/EC2|sensitivity: \{|percentages: \{ above: 95|select:$|- AWS\/EC2|- \{ namespace: AWS\/(RDS|App))/.test(
            line,
          ),
      );
    const settings = settingsSchema.parse(parse(single.join('\n')));
    const watch = settings.watches['servers'];
    expect(watch.rules).toHaveLength(4);
    expect(watch.expressions).toHaveLength(1);
    expect(watch.limits).toHaveLength(3);
    const unsaid = settingsSchema.parse({ watches: { servers: {} } }).watches['servers'];
    if (unsaid.forecast === 'off') throw new Error('by default it is forecast');
    expect(watch).toEqual({
      ...unsaid,
      rules: watch.rules,
      limits: watch.limits,
      forecast: { ...unsaid.forecast, every: forecastEvery(unsaid), horizon: forecastHorizon(unsaid) },
      expressions: watch.expressions,
      sensitivity: '3 per week',
    });
  });

  it('what it says of alerts is so, and what it shows as a default is one', () => {
    const lines = settingsTemplate.split('\n');
    const from = lines.indexOf('# alerts:');
    const section = lines.slice(from, lines.indexOf('', from)).map((line) => line.replace(/^# ?/, ''));
    const watches = { servers: { select: 'AWS/EC2' } };
    const defaults = checkSettings({ watches }, 'a test').alerts;
    const shown = parse(section.join('\n')) as { alerts: object };
    const { channels, ...given } = checkSettings({ watches, ...shown }, 'the template').alerts;
    expect(Object.keys(channels)).toEqual(['slack', 'pager']);
    expect({ channels: {}, ...given }).toEqual(defaults);
    const everything = section.map((line) => line.replace(/^( *)# (?! *[A-Z])/, '$1'));
    const all = checkSettings({ watches, ...(parse(everything.join('\n')) as object) }, 'the template').alerts;
    expect(Object.keys(all.channels)).toEqual(['slack', 'pager', 'ops']);
    expect(all).toMatchObject({
      quiet: [{ name: 'nights' }],
      digest: { every: 'week' },
      runbook: expect.any(String) as unknown,
    });
    expect(all.route).toMatchObject({ groupWait: 30, repeatEvery: 4 * 3600, resolveAfter: 600 });
    expect(all.route?.routes).toHaveLength(1);
  });

  it('its other ways to say a thing are right, too', () => {
    const others = settingsTemplate
      .split('\n')
      .filter((line) => /# (sensitivity: \{|percentages: \{ above: 95)/.test(line));
    expect(others).toHaveLength(2);
    const watch = others.map((line) => line.replace(/^\s*# ?/, '    ')).join('\n');
    const { percentages, sensitivity } = settingsSchema.parse(parse(`watches:\n  servers:\n${watch}`)).watches[
      'servers'
    ];
    expect(percentages).toEqual({ above: 95, below: 'off', jump: 30, tell: ['above'] });
    expect(sensitivity).toEqual({ threshold: 1.75 });
  });

  it('never writes over a file', async () => {
    const cwd = scratchFolder({ 'aiops.yaml': 'mine' });
    const terminal = fakeTerminal({ cwd });
    expect(await run(['init'], terminal)).toBe(2);
    expect(terminal.stderr()).toContain('is there already');
    expect(readFileSync(join(cwd, 'aiops.yaml'), 'utf8')).toBe('mine');
  });

  it('names the folder that is missing', async () => {
    const cwd = scratchFolder();
    const terminal = fakeTerminal({ cwd });
    expect(await run(['init', 'no/such/aiops.yaml'], terminal)).toBe(2);
    expect(terminal.stderr()).toContain('no such folder');
    expect(existsSync(join(cwd, 'no'))).toBe(false);
  });

  it('answers in JSON', async () => {
    const cwd = scratchFolder();
    const terminal = fakeTerminal({ cwd });
    await run(['init', 'other.yaml', '--json'], terminal);
    expect(JSON.parse(terminal.stdout())).toEqual({ written: join(cwd, 'other.yaml') });
  });
});
