import { describe, expect, it } from 'vitest';
import { installerProblem, isNetworkProblem } from '../../../src/python-env/installer-problem.ts';

describe('installerProblem', () => {
  it.each([
    {
      name: 'uv 0.13, no solution',
      output: `Using Python 3.11.7 environment at: v1
error: No solution found when resolving dependencies
  cause: Because there is no version of numpy==1.0 and you require numpy==1.0, we can conclude that your requirements are unsatisfiable.`,
      expected:
        'No solution found when resolving dependencies: Because there is no version of numpy==1.0 and you require numpy==1.0, we can conclude that your requirements are unsatisfiable',
    },
    {
      name: 'uv, drawn',
      output: `  × No solution found when resolving dependencies:
  ╰─▶ Because there is no version of numpy==1.0 and you require
      numpy==1.0, we can conclude that your requirements are unsatisfiable.

hint: something else`,
      expected:
        'No solution found when resolving dependencies: Because there is no version of numpy==1.0 and you require numpy==1.0, we can conclude that your requirements are unsatisfiable',
    },
    {
      name: 'uv, a build that fails',
      output: `   Building slow
  × Failed to build \`slow @ file:///tmp/slow\`
  ├─▶ The build backend returned an error
  ╰─▶ Call to \`slow.build_wheel\` failed (exit status: 1)

      [stderr]
      Traceback (most recent call last):`,
      expected:
        'Failed to build `slow @ file:///tmp/slow`: The build backend returned an error: Call to `slow.build_wheel` failed (exit status: 1)',
    },
    {
      name: 'pip, nothing found',
      output: `Collecting six==1.16.1
ERROR: Could not find a version that satisfies the requirement six==1.16.1 (from versions: 0.9.0, 1.17.0)
ERROR: No matching distribution found for six==1.16.1`,
      expected:
        'Could not find a version that satisfies the requirement six==1.16.1; No matching distribution found for six==1.16.1',
    },
    {
      name: 'pip, a conflict',
      output: `ERROR: Cannot install pandas==3.0.0 and numpy==1.20 because these package versions have conflicting dependencies.

The conflict is caused by:
    The user requested numpy==1.20
    pandas 3.0.0 depends on numpy>=1.26

To fix this you could try to:
1. loosen the range of package versions you've specified
ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/`,
      expected:
        'Cannot install pandas==3.0.0 and numpy==1.20 because these package versions have conflicting dependencies. The user requested numpy==1.20; pandas 3.0.0 depends on numpy>=1.26;',
    },
    { name: 'nothing of the kind', output: 'Killed', expected: undefined },
  ])('takes the reason out of $name', ({ output, expected }) => {
    expect(installerProblem(output.split('\n'))).toBe(expected);
  });

  it('bounds what it quotes', () => {
    expect(installerProblem([`error: ${'long '.repeat(1000)}`])?.length).toBeLessThan(710);
  });
});

describe('isNetworkProblem', () => {
  it.each([
    { line: '  cause: failed to lookup address information: Name or service not known', is: true },
    { line: "WARNING: Retrying … 'NewConnectionError: [Errno 111] Connection refused'", is: true },
    { line: 'error: No solution found when resolving dependencies', is: false },
  ])('says $is for: $line', ({ line, is }) => {
    expect(isNetworkProblem([line])).toBe(is);
  });
});
