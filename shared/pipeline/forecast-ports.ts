import type { DetectPorts } from './detect-ports.ts';

/** All that forecasting needs from outside: what detection needs but the source, for it reads history alone. */
export type ForecastPorts = Omit<DetectPorts, 'source'>;
