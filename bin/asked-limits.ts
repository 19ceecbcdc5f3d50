import { checkSettings } from '../shared/settings/load-settings.ts';
import type { Settings } from '../shared/settings/settings.ts';
import { Misuse } from './exit-code.ts';
import type { Options } from './options.ts';
import { duration, text } from './options.ts';

/**
 * The settings with what the command line asks beyond them: `--above` and `--below` are limits for `--series` (all,
 * where none are named), `--horizon` how far every watch looks ahead.
 *
 * @throws Misuse on what is no number or duration; SettingsError where the two do not go together.
 */
export function withAsked(settings: Settings, options: Options): Settings {
  const above = number(options, 'above');
  const below = number(options, 'below');
  const horizon = duration(options, 'horizon', 1);
  if (above === undefined && below === undefined && horizon === undefined) return settings;
  // Limits know labels; of `web-1 cpu` that is what follows the entity.
  const metric = text(options, 'series')?.split(' ').at(-1) ?? '*';
  const own = {
    metric,
    ...(above === undefined ? {} : { above }),
    ...(below === undefined ? {} : { below }),
  };
  const isLimited = above !== undefined || below !== undefined;
  const watches = Object.entries(settings.watches).map(([name, watch]): [string, unknown] => [
    name,
    {
      ...watch,
      limits: isLimited ? [...watch.limits, own] : watch.limits,
      // Who asks how far to look wants to look.
      ...(horizon === undefined ? {} : { forecast: { ...(watch.forecast === 'off' ? {} : watch.forecast), horizon } }),
    },
  ]);
  return checkSettings({ ...settings, watches: Object.fromEntries(watches) }, 'the command line');
}

function number(options: Options, name: 'above' | 'below'): number | undefined {
  const given = text(options, name);
  if (given === undefined) return undefined;
  const value = Number(given);
  if (given.trim() !== '' && Number.isFinite(value)) return value;
  throw new Misuse(`--${name} ${given}: not a number; write such as --${name} 80`);
}
