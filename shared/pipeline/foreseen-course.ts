import type { CourseView } from '../alerting/status-view.ts';
import { bandLevels, type SeriesForecast } from './forecast-record.ts';

/** As many steps as a chart has room for. */
const MOST_STEPS = 200;

/** A stored forecast as it is drawn; null where nothing could be forecast. */
export function foreseenCourse(made: SeriesForecast, stepSeconds: number): CourseView['forecast'] {
  const steps = made.mean.length;
  if (made.missing !== null || steps === 0) return null;
  const stride = Math.ceil(steps / MOST_STEPS);
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
  const points = Array.from({ length: Math.ceil(steps / stride) }, (_, index) => {
    const step = index * stride;
    return [
      made.start + step * stepSeconds,
      finite(made.mean[step]),
      finite(made.lower80[step]),
      finite(made.upper80[step]),
      finite(made.lower95[step]),
      finite(made.upper95[step]),
    ] as [number, number | null, number | null, number | null, number | null, number | null];
  });
  const outlook = made.outlooks.at(0);
  return {
    course: { levels: [bandLevels[0], bandLevels[1]], points },
    probability: outlook?.probability ?? null,
    crossesAt: outlook?.crossesAt ?? null,
    isBeyond: outlook?.isBeyond ?? false,
    ...(outlook !== undefined && Number.isFinite(outlook.peak.value) ? { peak: outlook.peak } : {}),
  };
}
