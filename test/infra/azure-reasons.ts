/** Every role that infra/azure gives, with the smallest scope that will do. @see https://learn.microsoft.com/en-us/azure/role-based-access-control/built-in-roles */
export const AZURE_ROLES: readonly {
  readonly place: string;
  readonly role: string;
  readonly id: string;
  readonly scope: string;
}[] = [
  {
    place: 'monitoring/publishTelemetry',
    role: 'Monitoring Metrics Publisher',
    id: '3913510d-42f4-4e42-8a64-420c390055eb',
    scope: 'insights',
  },
  {
    place: 'host-storage/hostBlobs',
    role: 'Storage Blob Data Owner',
    id: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
    scope: 'account',
  },
  {
    place: 'host-storage/hostTables',
    role: 'Storage Table Data Contributor',
    id: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
    scope: 'account',
  },
  {
    place: 'host-storage/hostQueues',
    role: 'Storage Queue Data Contributor',
    id: '974c5e8b-45b9-4653-ba55-5f855dd0fb88',
    scope: 'account',
  },
  {
    place: 'data-storage/readModels',
    role: 'Storage Blob Data Reader',
    id: '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1',
    scope: 'models',
  },
  {
    place: 'data-storage/publishModels',
    role: 'Storage Blob Data Contributor',
    id: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
    scope: 'models',
  },
  {
    place: 'data-storage/readInput',
    role: 'Storage Blob Data Reader',
    id: '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1',
    scope: 'input',
  },
  {
    place: 'data-storage/writeResults',
    role: 'Storage Blob Data Contributor',
    id: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
    scope: 'results',
  },
  {
    place: 'file-events/sendEvents',
    role: 'Storage Queue Data Message Sender',
    id: 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a',
    scope: 'queue',
  },
  {
    place: 'file-events/keepDeadLetters',
    role: 'Storage Blob Data Contributor',
    id: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
    scope: 'deadLetters',
  },
];

/** Settings that the program's own table does not know, and who reads them. */
export const AZURE_SETTINGS: Readonly<Record<string, string>> = {
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'the host writes telemetry by identity',
  APPLICATIONINSIGHTS_CONNECTION_STRING: 'the host: where telemetry goes',
  AZURE_CLIENT_ID: 'which identity the program takes for Blob Storage and Key Vault',
  AzureWebJobsStorage__accountName: 'the host: its own account',
  AzureWebJobsStorage__clientId: 'the host: by which identity',
  AzureWebJobsStorage__credential: 'the host: by identity, without a key',
  BATCH_STORAGE__clientId: 'the queue trigger: by which identity',
  BATCH_STORAGE__credential: 'the queue trigger: by identity, without a key',
  BATCH_STORAGE__queueServiceUri: 'the queue trigger: where the queue is',
  MLFLOW_REGISTRY_URI: 'MLflow’s own: where published models are',
  MLFLOW_TRACKING_PASSWORD_SECRET: 'where the password of the server that is followed is kept',
  MLFLOW_TRACKING_URI: 'MLflow’s own: the server that is followed',
  MLFLOW_TRACKING_USERNAME_SECRET: 'where the name for the server that is followed is kept',
  MLFLOW_WORKSPACE: 'MLflow’s own: of the server that is followed',
};
