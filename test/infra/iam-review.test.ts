import { describe, expect, it } from 'vitest';
import { IAM_REVIEW } from '../../infra/aws/iam-review.ts';
import { ENDPOINT_FILES } from './endpoint-files.ts';
import { type Permission, permissionsIn } from './permissions.ts';
import { templateOf } from './synth.ts';

const line = ({ effect, who, action, resource, when }: Permission): string =>
  `${effect} ${who}: ${action} on ${resource}${when === undefined ? '' : ` when ${when}`}`;

const reviewed = new Set(
  IAM_REVIEW.flatMap(({ effect = 'Allow', who, actions, on, when }) =>
    actions.flatMap((action) =>
      on.map((resource) => line({ effect, who, action, resource, when })),
    ),
  ),
);

const found = new Set(
  Object.keys(ENDPOINT_FILES).flatMap((name) => permissionsIn(templateOf(name).toJSON()).map(line)),
);

describe('the review of permissions', () => {
  it('has a reason for everything that a template allows or denies', () => {
    expect([...found.difference(reviewed)]).toEqual([]);
  });

  it('has no reason for what no template has', () => {
    expect([...reviewed.difference(found)]).toEqual([]);
  });

  it('says why, for each', () => {
    expect(IAM_REVIEW.filter(({ why }) => why.length < 5)).toEqual([]);
  });
});
