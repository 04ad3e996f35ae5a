import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

/** A wheel of pure Python that needs nothing: `<name>-<version>-py3-none-any.whl`. */
export async function tinyWheel(
  name: string,
  version: string,
  files: Readonly<Record<string, string>>,
): Promise<Buffer> {
  const about = `${name}-${version}.dist-info`;
  const all = {
    ...files,
    [`${about}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
    [`${about}/WHEEL`]:
      'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  };
  const record = `${[...Object.keys(all), `${about}/RECORD`].map((path) => `${path},,`).join('\n')}\n`;
  const zip = new ZipFile();
  for (const [path, text] of Object.entries({ ...all, [`${about}/RECORD`]: record })) {
    const mode = path.includes('.data/scripts/') ? 0o100755 : 0o100644;
    zip.addBuffer(Buffer.from(text), path, { mode });
  }
  zip.end();
  return buffer(zip.outputStream as AsyncIterable<Buffer>);
}

/** Something that can be imported as MLflow's server, in no time. */
export const mlflowWheel = (server = ''): Promise<Buffer> =>
  tinyWheel('mlflow', '9.9', {
    'mlflow/__init__.py': '',
    'mlflow/pyfunc/__init__.py': '',
    'mlflow/pyfunc/scoring_server/__init__.py': server,
  });
