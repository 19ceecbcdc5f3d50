/** Where in the local day and week a moment lies. */
export interface CalendarFeatures {
  /** 0…23.99, with its fraction. */
  readonly hour: number;
  /** 0 on Monday … 6 on Sunday. */
  readonly dayOfWeek: number;
  /** 1 from Monday to Friday, 9:00 to 17:00, else 0. */
  readonly businessHours: number;
}

const HOUR = 3600;
const DAY = 86_400;
/** 1970-01-01 was a Thursday. */
const EPOCH_DAY_OF_WEEK = 3;
const OPENS = 9;
const CLOSES = 17;
const WORKING_DAYS = 5;

/**
 * @param epochSeconds NaN gives NaN everywhere.
 * @param offsetSeconds what local time is ahead of UTC at that moment, such as `localOffset(timezone)` says.
 */
export function calendarFeatures(epochSeconds: number, offsetSeconds: number): CalendarFeatures {
  const local = epochSeconds + offsetSeconds;
  const day = Math.floor(local / DAY);
  const hour = (local - day * DAY) / HOUR;
  const dayOfWeek = (((day + EPOCH_DAY_OF_WEEK) % 7) + 7) % 7;
  const open = dayOfWeek < WORKING_DAYS && hour >= OPENS && hour < CLOSES;
  return { hour, dayOfWeek, businessHours: Number.isNaN(local) ? Number.NaN : open ? 1 : 0 };
}
