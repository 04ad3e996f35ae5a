/** What the host sends when a timer is due. @see https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-timer#usage */
export const TIMER_IS_DUE = {
  json: JSON.stringify({
    Schedule: { AdjustForDST: true },
    ScheduleStatus: {
      Last: '2026-11-23T10:10:00.0112345+00:00',
      LastUpdated: '2026-11-23T10:10:00.0112345+00:00',
      Next: '2026-11-23T10:20:00+00:00',
    },
    IsPastDue: false,
  }),
};

/** What it says of a message of a queue. @see https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-storage-queue-trigger#message-metadata */
export const queueMetadata = (text: string, dequeueCount = 1) => ({
  QueueTrigger: { string: text },
  DequeueCount: { json: String(dequeueCount) },
  Id: { string: '8fa9b6a4-65f6-4c2c-b4b2-1b7f5a1a7a3d' },
  PopReceipt: { string: 'AgAAAAMAAAAAAAAAfRgB8w5E2AE=' },
  InsertionTime: { json: '"2026-11-23T10:10:03+00:00"' },
  NextVisibleTime: { json: '"2026-11-23T10:20:03+00:00"' },
  ExpirationTime: { json: '"2026-11-30T10:10:03+00:00"' },
  sys: {
    json: '{"MethodName":"batch","UtcNow":"2026-11-23T10:10:04.5512345Z","RandGuid":"0f6a4d8e-6f0f-4d1e-9b8a-2b1f0c9d7e11"}',
  },
});
