import { decodePath } from '../decode-path.ts';

/** What a greedy path variable at the end of a route matched: `/{proxy+}`. */
type PathParameters = Readonly<Record<string, string | undefined>> | null | undefined;

/**
 * The path the routes know, without what the platform put before it.
 *
 * A stage (`/prod/invocations`) stands in the path of HTTP APIs; the base path of a custom domain
 * (`/wine/invocations`) in that of REST APIs, where only the matched route tells it apart.
 *
 * @param path     as the event has it, percent-encoded or not
 * @param template the matched route: `/invocations`, `/{proxy+}`, `/ml/{proxy+}` or `$default`
 */
export function routedPath(
  path: string,
  template: string | undefined,
  parameters: PathParameters,
  stage: string | undefined,
): string {
  const rest = afterTemplate(path, template, parameters) ?? withoutStage(path, stage);
  return decodePath(rest);
}

function afterTemplate(
  path: string,
  template: string | undefined,
  parameters: PathParameters,
): string | undefined {
  if (template === undefined || !template.startsWith('/')) return undefined;
  if (template.endsWith('+}')) {
    const name = template.slice(template.lastIndexOf('{') + 1, -2);
    const matched = parameters?.[name];
    if (matched === undefined) return undefined;
    // A trailing slash is not part of the variable; the routes answer it with a redirect.
    return path.endsWith('/') && !matched.endsWith('/') ? `/${matched}/` : `/${matched}`;
  }
  return template.length > 1 && path.endsWith(template) ? template : undefined;
}

function withoutStage(path: string, stage: string | undefined): string {
  if (!stage || stage === '$default' || !path.startsWith(`/${stage}`)) return path;
  const rest = path.slice(stage.length + 1);
  if (rest === '') return '/';
  return rest.startsWith('/') ? rest : path;
}
