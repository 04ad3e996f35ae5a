/** Started as a process of its own: `node download-child.ts <uri> <directory>`, settings from the environment. */
import { openArtifactStore } from '../../src/artifacts/open-store.ts';

const [uri = '', directory = ''] = process.argv.slice(2);
await openArtifactStore(process.env, { partBytes: 100_000 }).download(uri, directory);
