import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, type NagPack, ServerlessChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { ENDPOINT_FILES } from './endpoint-files.ts';
import { createStack } from './synth.ts';

interface Finding {
  readonly path: string;
  readonly id: string;
}

const packs = (): NagPack[] => [new AwsSolutionsChecks(), new ServerlessChecks()];

const findingsIn = (scope: IConstruct, pack: NagPack): Finding[] =>
  pack
    .validateScope(scope)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => ({ path: constructPath, id: ruleName })),
    );

/** A pack that hears no explanation. */
const deaf = (pack: NagPack): NagPack => Object.assign(pack, { isAcknowledged: () => false });

const acknowledgements = (scope: IConstruct): Finding[] =>
  scope.node.findAll().flatMap((construct) =>
    construct.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.keys(data))
      .map((id) => ({ path: construct.node.path, id: id.replace(/^annotation::/i, '') })),
  );

describe.each(Object.entries(ENDPOINT_FILES))('cdk-nag over %s', (_, file) => {
  it('finds nothing that is not explained', () => {
    const { stack } = createStack(file);

    const findings = packs().flatMap((pack) => findingsIn(stack, pack));

    expect(findings).toEqual([]);
  });

  it('would find everything that is explained', () => {
    const { stack } = createStack(file);

    const findings = packs().flatMap((pack) => findingsIn(stack, deaf(pack)));
    const needless = acknowledgements(stack).filter(
      ({ path, id }) =>
        !findings.some((finding) => finding.id === id && finding.path.startsWith(`${path}/`)),
    );

    expect(needless).toEqual([]);
  });
});
