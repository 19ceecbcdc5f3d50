import type { QuietWindow } from '../alerting/alert-policy.ts';
import { openWindow } from '../alerting/quiet-window.ts';
import type { Watch } from '../settings/settings.ts';
import type { JudgePolicy } from './judge-policy.ts';

/**
 * When detectors may learn, by the quiet windows that say they shall not; undefined where no window does. A slot of which
 * a part lies in a window is not learned from.
 */
export function learningWindows(
  quiet: readonly QuietWindow[],
  { name, labels, period }: Pick<Watch, 'name' | 'labels' | 'period'>,
): JudgePolicy['learnsAt'] {
  const windows = quiet.filter(({ learn }) => !learn);
  if (windows.length === 0) return undefined;
  const isOpen = (entity: string, time: number): boolean =>
    openWindow(windows, { watch: name, entity, labels }, time, 'learn') !== undefined;
  return (entity, time) => !isOpen(entity, time) && !isOpen(entity, time + period - 1);
}
