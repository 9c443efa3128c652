using System.Runtime.CompilerServices;
using Presage.Query.Scripts;
using Xunit;

namespace Presage.Tests.Query;

public sealed class ScriptTests
{
    public static TheoryData<string> Scripts =>
        [.. Directory.GetFiles(Folder(), "*.test").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Every_evaluation_gives_what_its_script_expects(string file)
    {
        string text = File.ReadAllText(Path.Combine(Folder(), file));

        var report = PromQlScript.Run(file, text, TestContext.Current.CancellationToken);

        Assert.Empty(report.Failures);
        Assert.True(report.Passed > 0);
    }

    [Fact]
    public void Tells_what_was_expected_and_what_came()
    {
        const string Script = "load 1m\n  m 1 2\n\neval instant at 1m m\n  m 3\n\neval instant at 1m m +\n  m 3\n";

        var report = PromQlScript.Run("x.test", Script, TestContext.Current.CancellationToken);

        Assert.Equal(0, report.Passed);
        Assert.Equal(new ScriptFailure("x.test", 4, "eval instant at 1m m", "expected 3 at 60 s of m, got 2 at 60 s"),
            report.Failures[0]);
        Assert.Contains("unexpected end of input", report.Failures[1].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense", "x.test:1: unknown command \"nonsense\"")]
    [InlineData("load 1m\n  m 1q", "x.test:2: cannot read the value \"1q\"")]
    [InlineData("load 1m\n  m{a=\"b\" 1", "x.test:2: cannot read the labels")]
    [InlineData("\neval instant 5m m", "x.test:2: expected \"eval instant at TIME QUERY\"")]
    public void Refuses_a_script_it_cannot_read(string script, string message)
    {
        var error = Assert.Throws<ScriptException>(
            () => PromQlScript.Run("x.test", script, TestContext.Current.CancellationToken));

        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    static string Folder([CallerFilePath] string file = "") => Path.Combine(FolderOf(file), "scripts");

    // Source paths are mapped to /_/ in the binary; the repository's root is found from where the tests run.
    static string FolderOf(string file)
    {
        string relative = file.StartsWith("/_/", StringComparison.Ordinal) ? file[3..] : file;
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Presage.slnx")))
        {
            folder = folder.Parent;
        }

        return Path.GetDirectoryName(Path.Combine(folder!.FullName, relative))!;
    }
}
