import { bytesMoved, duration, failures, level, peak, traffic, trough, type KnownNamespace } from './known-metric.ts';

/** Queues, topics, streams and buses. Sources: the CloudWatch chapters of the services' user guides. */
export const messageMetrics: readonly KnownNamespace[] = [
  {
    namespace: 'AWS/SQS',
    entityDimensions: ['QueueName'],
    metrics: [
      // A queue that was idle for six hours publishes nothing until it is used again: it is empty, not unknown.
      peak('ApproximateAgeOfOldestMessage', 'Seconds', 'up', { gap: 'zero' }),
      peak('ApproximateNumberOfMessagesVisible', 'Count', 'up', { gap: 'zero' }),
      peak('ApproximateNumberOfMessagesNotVisible', 'Count', 'up', { gap: 'zero' }),
      peak('ApproximateNumberOfMessagesDelayed', 'Count', 'up', { gap: 'zero' }),
      peak('ApproximateNumberOfGroupsWithInflightMessages', 'Count', 'up', { gap: 'zero' }),
      traffic('NumberOfMessagesSent'),
      traffic('NumberOfMessagesReceived'),
      traffic('NumberOfMessagesDeleted'),
      level('NumberOfEmptyReceives', 'Count', 'both', { statistics: ['Sum'], gap: 'zero' }),
      traffic('NumberOfDeduplicatedSentMessages'),
      level('SentMessageSize', 'Bytes', 'both'),
    ],
  },
  {
    namespace: 'AWS/SNS',
    entityDimensions: ['TopicName'],
    metrics: [
      traffic('NumberOfMessagesPublished'),
      traffic('NumberOfNotificationsDelivered'),
      failures('NumberOfNotificationsFailed'),
      failures('NumberOfNotificationsFilteredOut'),
      failures('NumberOfNotificationsRedrivenToDlq'),
      failures('NumberOfNotificationsFailedToRedriveToDlq'),
      level('PublishSize', 'Bytes', 'both'),
    ],
  },
  {
    namespace: 'AWS/Kinesis',
    // ShardId tells apart parts of the same stream.
    entityDimensions: ['StreamName'],
    metrics: [
      bytesMoved('IncomingBytes', { gap: 'zero' }),
      traffic('IncomingRecords'),
      bytesMoved('GetRecords.Bytes', { gap: 'zero' }),
      traffic('GetRecords.Records'),
      duration('GetRecords.IteratorAgeMilliseconds', 'Milliseconds', { statistics: ['Maximum'] }),
      duration('GetRecords.Latency', 'Milliseconds', { statistics: ['Average'] }),
      // The average of successes is a share of 1.
      trough('GetRecords.Success', 'Count', { statistics: ['Average'] }),
      trough('PutRecord.Success', 'Count', { statistics: ['Average'] }),
      duration('PutRecord.Latency', 'Milliseconds', { statistics: ['Average'] }),
      failures('PutRecords.FailedRecords'),
      failures('PutRecords.ThrottledRecords'),
      duration('PutRecords.Latency', 'Milliseconds', { statistics: ['Average'] }),
      failures('ReadProvisionedThroughputExceeded'),
      failures('WriteProvisionedThroughputExceeded'),
    ],
  },
  {
    namespace: 'AWS/Events',
    entityDimensions: ['EventBusName', 'RuleName'],
    metrics: [
      traffic('Invocations'),
      failures('FailedInvocations'),
      traffic('TriggeredRules'),
      traffic('MatchedEvents'),
      failures('ThrottledRules'),
      failures('InvocationsSentToDlq'),
      failures('InvocationsFailedToBeSentToDlq'),
      failures('RetryInvocationAttempts'),
      duration('IngestionToInvocationStartLatency', 'Milliseconds'),
      duration('IngestionToInvocationCompleteLatency', 'Milliseconds'),
      traffic('PutEventsEntriesCount'),
      failures('PutEventsFailedEntriesCount'),
    ],
  },
  {
    namespace: 'AWS/States',
    entityDimensions: ['StateMachineArn'],
    metrics: [
      traffic('ExecutionsStarted'),
      traffic('ExecutionsSucceeded'),
      failures('ExecutionsFailed'),
      failures('ExecutionsTimedOut'),
      failures('ExecutionsAborted'),
      failures('ExecutionThrottled'),
      duration('ExecutionTime', 'Milliseconds'),
    ],
  },
];
