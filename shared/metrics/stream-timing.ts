/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Metric-Streams.html: two to three minutes. */
export const STREAM_WAY_SECONDS = 180;

/** When a slot of a watch that streams is judged, unless it says so: after its last minute has come. */
export const STREAM_SETTLE_SECONDS = 240;

/** A tick reads the minutes of three periods: of longer ones that would be many objects, and polling them is cheap. */
export const LONGEST_STREAMED_PERIOD = 3600;

/**
 * So long a stream is silent between two deliveries, at most, while it is well: services publish every minute or every
 * five, and Firehose hands on after a minute.
 */
export const LONGEST_SILENCE_SECONDS = 420;
