type Environment = Readonly<Record<string, string | undefined>>;

/** Whether a URL names a queue of Azure Storage; an emulator's is told by the connection string. */
export const isStorageQueue = (url: string, environment: Environment): boolean =>
  /^https:\/\/[a-z0-9]+\.queue\.core\.(windows\.net|chinacloudapi\.cn|usgovcloudapi\.net)\//.test(
    url,
  ) ||
  (environment['AZURE_STORAGE_CONNECTION_STRING'] ?? '').includes(`QueueEndpoint=${originOf(url)}`);

const originOf = (url: string): string => URL.parse(url)?.origin ?? '-';
