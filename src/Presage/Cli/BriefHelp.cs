using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Presage.Cli;

/// <summary>
/// Help that shows the flags of the configuration keys where they are of use: all of them at <c>presage serve</c>, a
/// few elsewhere, so that a verb's own options are seen.
/// </summary>
/// <param name="full">What writes the help.</param>
/// <param name="flags">The flags of the configuration keys.</param>
/// <param name="everywhere">Those that are shown at every verb.</param>
sealed class BriefHelp(HelpAction full, IReadOnlyCollection<Option> flags, IReadOnlyCollection<Option> everywhere)
    : SynchronousCommandLineAction
{
    const string ServeVerb = "serve";

    public override int Invoke(ParseResult parseResult)
    {
        bool serves = parseResult.CommandResult.Command.Name == ServeVerb;
        foreach (var flag in flags.Except(everywhere))
        {
            flag.Hidden = !serves;
        }

        int code = full.Invoke(parseResult);
        if (!serves)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(
                "Every configuration key is a flag too: `presage serve --help` lists them.");
        }

        return code;
    }
}
