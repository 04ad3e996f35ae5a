import { expect, it } from 'vitest';
import { renderDockerfile } from '../../../src/image/render-dockerfile.ts';

it('writes stages and steps, each with its reason', () => {
  const text = renderDockerfile(
    ['What it is'],
    [
      { name: 'build', base: 'debian:12', steps: [{ kind: 'packages', names: ['git', 'make'] }] },
      {
        name: 'image',
        base: 'build',
        comment: 'the image',
        steps: [
          { kind: 'copy', from: 'build', source: '/a', target: '/a' },
          { kind: 'copy', source: 'b/', target: '/b/', comment: 'one\ntwo' },
          { kind: 'directory', path: '/b' },
          { kind: 'run', commands: ['first', 'second'] },
          { kind: 'environment', variables: { A: '1', B: 'a "b" $c' } },
          { kind: 'port', port: 8080 },
          { kind: 'user', user: '1:1' },
          { kind: 'entrypoint', command: ['/x', 'y'] },
          { kind: 'arguments', values: ['z'] },
        ],
      },
    ],
  );

  expect(text).toBe(`# syntax=docker/dockerfile:1
# What it is

FROM debian:12 AS build
# hadolint ignore=DL3008
RUN apt-get update \\
 && apt-get install -y --no-install-recommends git make \\
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb

# the image
FROM build AS image
COPY --from=build ["/a","/a"]
# one
# two
COPY ["b/","/b/"]
WORKDIR /b
RUN first \\
 && second
ENV A=1 \\
    B="a \\"b\\" \\$c"
EXPOSE 8080
USER 1:1
ENTRYPOINT ["/x","y"]
CMD ["z"]
`);
});

it('keeps what a model is called from being an instruction', () => {
  const name = 'wine\nRUN rm -rf /';

  const text = renderDockerfile(
    [`Serves ${name}`],
    [{ name: 'image', base: 'scratch', steps: [{ kind: 'label', labels: { model: name } }] }],
  );

  expect(text).toContain('# Serves wine RUN rm -rf /\n');
  expect(text).toContain('LABEL model="wine RUN rm -rf /"\n');
});
