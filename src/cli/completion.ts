import { Argument, type Command } from 'commander';
import type { CommandSetup } from './command-setup.js';

/** Shells that there is a completion script for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** One of {@link SHELLS}. */
export type Shell = (typeof SHELLS)[number];

const EXAMPLES = `
Examples:
  $ source <(opni-logging completion bash)                        this shell only
  $ opni-logging completion bash > ~/.local/share/bash-completion/completions/opni-logging
  $ opni-logging completion zsh > "\${fpath[1]}/_opni-logging"
  $ opni-logging completion fish > ~/.config/fish/completions/opni-logging.fish`;

/** `opni-logging completion`: a script that makes a shell complete the command line. */
export function addCompletionCommand(program: Command, { terminal }: CommandSetup): void {
  program
    .command('completion')
    .description('print a script that makes a shell complete this command')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText('after', EXAMPLES)
    .action(async (shell: Shell) => {
      const [{ completionModel }, { completionScript }] = await Promise.all([
        import('./completion-model.js'),
        import('./completion-scripts.js'),
      ]);
      await terminal().print(completionScript(shell, completionModel(program)));
    });
}
