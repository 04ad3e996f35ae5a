import { createS3Client } from '../../../src/artifacts/s3-client.ts';
import { createS3Store } from '../../../src/artifacts/s3-store.ts';
import { startFakeS3 } from '../../helpers/fake-s3.ts';
import { FAKE_KEYS } from '../../helpers/fake-s3-answers.ts';
import { describeArtifactStore } from '../artifact-store.suite.ts';

describeArtifactStore('S3 (in this process)', async () => {
  const s3 = await startFakeS3({ pageKeys: 2 });
  const client = createS3Client({
    AWS_ACCESS_KEY_ID: FAKE_KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: FAKE_KEYS.secretAccessKey,
    MLFLOW_S3_ENDPOINT_URL: s3.url,
  });
  return {
    open: (policy) => createS3Store(client, policy),
    emptyUri: 's3://models/nothing here',
    close: () => s3.close(),
    async populate(folder, files) {
      for (const [path, content] of Object.entries(files)) {
        s3.put('models', `some where/ü/${folder}/${path}`, content);
      }
      s3.put('models', `some where/ü/${folder}/`, ''); // the console's marker of a folder
      s3.put('models', `some where/ü/${folder}-sibling/MLmodel`, 'not ours');
      return `s3://models/some where/ü/${folder}`;
    },
  };
});
