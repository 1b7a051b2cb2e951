/** The name that the genuine suite's files have for an agent and a case, without the ending. */
export function reportName(agent: string, id: string): string {
  return `${agentPart(agent)}_case_${id.replaceAll(".", "_")}`;
}

/** An agent as part of a file's name. */
export function agentPart(agent: string): string {
  return agent
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "_");
}
