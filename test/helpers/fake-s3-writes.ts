import { createHash, randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { FakeRequest } from './fake-s3.ts';
import { sendError, tagOf, xmlEscape } from './fake-s3-answers.ts';

export interface FakeWrite {
  readonly request: FakeRequest;
  readonly url: URL;
  readonly body: Buffer;
}

interface Answer {
  readonly status: number;
  /** Of an error. */
  readonly code?: string;
  readonly headers?: Record<string, string>;
  readonly xml?: string;
}

const NO_UPLOAD: Answer = { status: 404, code: 'NoSuchUpload' };

/** The half of the fake S3 that changes things; conditions are checked and kept in one step, as on S3. */
export function createWrites(objects: Map<string, Buffer>) {
  const uploads = new Map<string, { name: string; sha256: string; parts: Map<number, Buffer> }>();
  /** What writers said about objects that came in parts. */
  const sha256ByName = new Map<string, string>();
  const nameOf = ({ request }: FakeWrite) => `${request.bucket}/${request.key}`;
  const uploadIdOf = ({ url }: FakeWrite) => url.searchParams.get('uploadId') ?? '';

  function put(write: FakeWrite): Answer {
    const { etag, noneMatch } = write.request;
    const present = objects.get(nameOf(write));
    if (etag !== undefined && present === undefined) return { status: 404, code: 'NoSuchKey' };
    const isOther = etag !== undefined && present !== undefined && tagOf(present) !== etag;
    if (isOther || (noneMatch === '*' && present !== undefined)) {
      return { status: 412, code: 'PreconditionFailed' };
    }
    objects.set(nameOf(write), write.body);
    return { status: 200, headers: { etag: tagOf(write.body) } };
  }

  function begin(write: FakeWrite): Answer {
    const id = randomUUID();
    const sha256 = String(write.request.headers['x-amz-meta-sha256']);
    uploads.set(id, { name: nameOf(write), sha256, parts: new Map() });
    const { bucket, key } = write.request;
    const xml = `<InitiateMultipartUploadResult><Bucket>${bucket}</Bucket><Key>${xmlEscape(key)}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`;
    return { status: 200, xml };
  }

  function putPart(write: FakeWrite): Answer {
    const parts = uploads.get(uploadIdOf(write))?.parts;
    if (parts === undefined) return NO_UPLOAD;
    parts.set(Number(write.url.searchParams.get('partNumber')), write.body);
    return { status: 200, headers: { etag: tagOf(write.body) } };
  }

  function complete(write: FakeWrite): Answer {
    const upload = uploads.get(uploadIdOf(write));
    if (upload === undefined) return NO_UPLOAD;
    if (write.request.noneMatch === '*' && objects.has(nameOf(write))) {
      return { status: 412, code: 'PreconditionFailed' };
    }
    uploads.delete(uploadIdOf(write));
    const inOrder = [...upload.parts].toSorted(([a], [b]) => a - b).map(([, bytes]) => bytes);
    objects.set(nameOf(write), Buffer.concat(inOrder));
    sha256ByName.set(nameOf(write), upload.sha256);
    const xml =
      '<CompleteMultipartUploadResult><ETag>"parts"</ETag></CompleteMultipartUploadResult>';
    return { status: 200, xml };
  }

  function abort(write: FakeWrite): Answer {
    uploads.delete(uploadIdOf(write));
    return { status: 204 };
  }

  function listUploads({ request, url }: FakeWrite): Answer {
    const prefix = `${request.bucket}/${url.searchParams.get('prefix') ?? ''}`;
    const found = [...uploads].filter(([, { name }]) => name.startsWith(prefix));
    const items = found.map(([id, { name }]) => {
      const key = name.slice(request.bucket.length + 1);
      return `<Upload><Key>${xmlEscape(key)}</Key><UploadId>${id}</UploadId></Upload>`;
    });
    const xml = `<ListMultipartUploadsResult>${items.join('')}</ListMultipartUploadsResult>`;
    return { status: 200, xml };
  }

  function deleteMany({ request, body }: FakeWrite): Answer {
    for (const [, key = ''] of body.toString('utf8').matchAll(/<Key>([^<]*)<\/Key>/g)) {
      objects.delete(`${request.bucket}/${xmlUnescape(key)}`);
    }
    return { status: 200, xml: '<DeleteResult></DeleteResult>' };
  }

  function head(write: FakeWrite): Answer {
    const bytes = objects.get(nameOf(write));
    if (bytes === undefined) return { status: 404 };
    const sha256 = sha256ByName.get(nameOf(write)) ?? '';
    const headers = {
      'content-length': String(bytes.length),
      'x-amz-meta-sha256': sha256,
      etag: tagOf(bytes),
    };
    return { status: 200, headers };
  }

  function decide(write: FakeWrite): Answer {
    const { request, url } = write;
    if (!isIntact(request, write.body)) return { status: 400, code: 'BadDigest' };
    const parameter = ['uploads', 'uploadId', 'delete'].find((name) => url.searchParams.has(name));
    switch (`${request.method} ${parameter ?? ''}`) {
      case 'PUT ':
        return put(write);
      case 'PUT uploadId':
        return putPart(write);
      case 'POST uploads':
        return begin(write);
      case 'POST uploadId':
        return complete(write);
      case 'DELETE uploadId':
        return abort(write);
      case 'POST delete':
        return deleteMany(write);
      case 'GET uploads':
        return listUploads(write);
      case 'HEAD ':
        return head(write);
      default:
        return { status: 501, code: 'NotImplemented' };
    }
  }

  return {
    answer(write: FakeWrite, response: ServerResponse): void {
      const { status, code, headers = {}, xml } = decide(write);
      if (code !== undefined) sendError(response, status, code);
      else {
        response.writeHead(status, xml ? { 'content-type': 'application/xml' } : headers);
        response.end(xml && `<?xml version="1.0" encoding="UTF-8"?>\n${xml}`);
      }
    },
  };
}

/** The digests that came along; the signature covers the first. */
function isIntact({ headers }: FakeRequest, body: Buffer): boolean {
  const digest = createHash('sha256').update(body);
  const base64 = digest.copy().digest('base64');
  const own = headers['x-amz-checksum-sha256'];
  const isOwnRight = own === undefined || own === base64;
  return isOwnRight && headers['x-amz-content-sha256'] === digest.digest('hex');
}

const CHARACTER_BY_ENTITY: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&amp;': '&',
};

const xmlUnescape = (text: string): string =>
  text.replace(/&(?:[a-z]+|#x[0-9a-fA-F]+);/g, (entity) => {
    const codePoint = Number.parseInt(entity.slice(3, -1), 16);
    return CHARACTER_BY_ENTITY[entity] ?? String.fromCodePoint(codePoint);
  });
