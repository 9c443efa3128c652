using System.CommandLine;
using Presage.Query.Scripts;
using Presage.Query.Scripts.Rules;

namespace Presage.Cli;

/// <summary><c>presage promql</c>: tests of queries in Prometheus' script language.</summary>
static class PromQlVerbs
{
    public static void AddTo(RootCommand root)
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Test scripts (load, clear, eval …)",
            Arity = ArgumentArity.OneOrMore,
        };
        var test = new Command("test", "Run test scripts in the language of Prometheus' promqltest") { files };
        test.SetAction((parsed, cancellationToken) =>
            Task.FromResult(Test(parsed.GetRequiredValue(files), Console.Out, cancellationToken)));
        root.Subcommands.Add(new Command("promql", "The query language") { test });

        var rules = new Command("test", "Run unit tests of rules (promtool's format)") { files };
        rules.SetAction((parsed, cancellationToken) =>
            Task.FromResult(TestRules(parsed.GetRequiredValue(files), Console.Out, cancellationToken)));
        root.Subcommands.Add(new Command("rules", "Recording and alerting rules") { rules });
    }

    /// <summary>Runs scripts one after the other; 1 when anything failed, 0 else.</summary>
    public static int Test(IReadOnlyList<string> files, TextWriter output, CancellationToken cancellationToken) =>
        RunAll(files, output, file => PromQlScript.Run(file, File.ReadAllText(file), cancellationToken));

    /// <summary>Runs unit tests of rules; 1 when anything failed, 0 else.</summary>
    public static int TestRules(IReadOnlyList<string> files, TextWriter output, CancellationToken cancellationToken) =>
        RunAll(files, output, file => RuleTestRun.Run(RuleTestReader.Read(file), cancellationToken));

    static int RunAll(IReadOnlyList<string> files, TextWriter output, Func<string, ScriptReport> run)
    {
        int passed = 0, failed = 0;
        foreach (string file in files)
        {
            try
            {
                var report = run(file);
                passed += report.Passed;
                failed += report.Failed;
                Print(report, output);
            }
            catch (ScriptException e)
            {
                failed++;
                output.WriteLine($"{e.Message}\n");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                failed++;
                output.WriteLine($"{file}: cannot be read: {e.Message}\n");
            }
        }

        output.WriteLine($"{passed} passed, {failed} failed");
        return failed > 0 ? 1 : 0;
    }

    static void Print(ScriptReport report, TextWriter output)
    {
        foreach (var failure in report.Failures)
        {
            output.WriteLine($"{failure.File}:{failure.Line}: {failure.Command}");
            output.WriteLine($"    {failure.Message}\n");
        }
    }
}
