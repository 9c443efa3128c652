using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace Presage.Tests.Tidy;

/// <summary>House rules that a compiler does not hold. A failure names the file, the line and the way out.</summary>
public sealed partial class TidyTests
{
    const int LineMax = 120;
    const int FileLinesMax = 500;
    const int FunctionLinesMax = 70;

    /// <summary>Who may reference whom (ARCHITECTURE.md, "Projects").</summary>
    static readonly Dictionary<string, string[]> MayReference = new()
    {
        ["Presage.Metrics"] = [],
        ["Presage.Protocols"] = ["Presage.Metrics"],
        ["Presage.Collection"] = ["Presage.Metrics"],
        ["Presage.Agent"] = ["Presage.Collection", "Presage.Metrics", "Presage.Protocols"],
        ["Presage.Storage"] = ["Presage.Metrics"],
        ["Presage.Query"] = ["Presage.Metrics"],
        ["Presage.Detection"] = [],
        ["Presage.Onnx"] = ["Presage.Detection"],
        ["Presage.Alerting"] = ["Presage.Metrics", "Presage.Query"],
        ["Presage.Logs"] = ["Presage.Metrics"],
    };

    static readonly string[] BannedEndings =
        ["Manager", "Helper", "Helpers", "Util", "Utils", "Processor", "Service", "Impl", "Base", "Wrapper"];

    static IEnumerable<string> CSharpFiles => FilesEnding(".cs");

    [Fact]
    public void Projects_reference_only_what_the_architecture_allows()
    {
        var broken = new List<string>();
        foreach (string path in FilesEnding(".csproj").Where(static path => path.StartsWith("src/")))
        {
            string project = Path.GetFileNameWithoutExtension(path);
            if (project == "Presage")
            {
                continue;
            }

            if (!MayReference.TryGetValue(project, out string[]? allowed))
            {
                broken.Add($"{path}: a new project; add it to ARCHITECTURE.md and to this table.");
                continue;
            }

            broken.AddRange(XDocument.Parse(Repository.Read(path)).Descendants("ProjectReference")
                .Select(static reference => reference.Attribute("Include")!.Value.Replace('\\', '/'))
                .Select(static reference => Path.GetFileNameWithoutExtension(reference))
                .Where(referenced => !allowed.Contains(referenced))
                .Select(referenced => $"{path}: may not reference {referenced}."));
        }

        AssertNone(broken);
    }

    [Fact]
    public void Package_versions_are_central()
    {
        AssertNone(FilesEnding(".csproj")
            .Where(static path => XDocument.Parse(Repository.Read(path)).Descendants("PackageReference")
                .Any(static package => package.Attribute("Version") is not null))
            .Select(static path => $"{path}: move the version to Directory.Packages.props."));
    }

    [Fact]
    public void Source_keeps_to_its_limits()
    {
        var broken = new List<string>();
        foreach (string path in CSharpFiles)
        {
            string[] lines = Repository.ReadLines(path);
            if (lines.Length > FileLinesMax)
            {
                broken.Add($"{path}: {lines.Length} lines; split it, {FileLinesMax} is the most.");
            }

            broken.AddRange(lines.Index().Where(static line => line.Item.Length > LineMax)
                .Select(line => $"{path}:{line.Index + 1}: {line.Item.Length} columns; {LineMax} is the most."));
        }

        AssertNone(broken);
    }

    [Fact]
    public void Types_and_functions_keep_to_the_house_style()
    {
        var broken = new List<string>();
        foreach (string path in CSharpFiles)
        {
            var root = CSharpSyntaxTree.ParseText(Repository.Read(path)).GetRoot();
            var types = root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>().ToList();
            foreach (var type in types)
            {
                string name = type.Identifier.Text;
                if (BannedEndings.Any(ending => name.EndsWith(ending, StringComparison.Ordinal)))
                {
                    broken.Add($"{path}: {name} names no thing of the domain.");
                }
            }

            if (path.StartsWith("src/", StringComparison.Ordinal) && IsCrowded(types))
            {
                broken.Add($"{path}: more than one public type; give each a file.");
            }

            foreach (var function in root.DescendantNodes().Where(IsFunction))
            {
                var span = function.GetLocation().GetLineSpan();
                int length = span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
                if (length > FunctionLinesMax)
                {
                    int line = span.StartLinePosition.Line + 1;
                    broken.Add($"{path}:{line}: a function of {length} lines; {FunctionLinesMax} is the most.");
                }
            }
        }

        AssertNone(broken);
    }

    [Fact]
    public void Banned_constructs_do_not_come_back()
    {
        (Regex Pattern, string Reason)[] bans =
        [
            (AsyncVoid(), "async void loses its exceptions; return a Task"),
            (Regions(), "a region is a class asking to leave"),
            (Pragmas(), "configure the rule in .editorconfig with a reason"),
            (SkippedTest(), "no skipped tests: Assert.Skip with what is missing, where a peer is not installed"),
            (LeftOver(), "a TODO names an issue or is removed"),
        ];
        var broken = new List<string>();
        foreach (string path in CSharpFiles.Where(static p => !p.EndsWith("TidyTests.cs", StringComparison.Ordinal)))
        {
            foreach (var (index, line) in Repository.ReadLines(path).Index())
            {
                broken.AddRange(bans.Where(ban => ban.Pattern.IsMatch(line))
                    .Select(ban => $"{path}:{index + 1}: {ban.Reason}."));
            }
        }

        AssertNone(broken);
    }

    [Fact]
    public void Nothing_of_one_machine_or_registry_is_in_the_repository()
    {
        var broken = new List<string>();
        foreach (string path in Repository.Files.Where(IsText))
        {
            string text = Repository.Read(path);
            if (MachinePath().Match(text) is { Success: true } match && !path.EndsWith("TidyTests.cs"))
            {
                broken.Add($"{path}: holds the path {match.Value} of one machine.");
            }

            if (path.EndsWith("package-lock.json") && text.Contains("\"resolved\""))
            {
                broken.Add($"{path}: holds registry addresses; npm install with omit-lockfile-registry-resolved=true.");
            }

            if (Path.GetFileName(path).Equals("nuget.config", StringComparison.OrdinalIgnoreCase))
            {
                broken.Add($"{path}: package sources belong to the machine, not to the repository.");
            }
        }

        AssertNone(broken);
    }

    [Fact]
    public void Links_in_documents_lead_somewhere()
    {
        var broken = new List<string>();
        foreach (string path in FilesEnding(".md"))
        {
            string folder = Path.GetDirectoryName(Path.Combine(Repository.Root, path))!;
            broken.AddRange(Link().Matches(Repository.Read(path))
                .Select(static match => match.Groups[1].Value)
                .Where(static target => !target.Contains("://") && !target.StartsWith("mailto:"))
                .Select(static target => target.Split('#')[0])
                .Where(target => target.Length > 0 && !Path.Exists(Path.Combine(folder, target)))
                .Select(target => $"{path}: the link to {target} leads nowhere."));
        }

        AssertNone(broken);
    }

    static IEnumerable<string> FilesEnding(string ending) =>
        Repository.Files.Where(path => path.EndsWith(ending, StringComparison.Ordinal));

    static bool IsFunction(SyntaxNode node) => node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax;

    static bool IsCrowded(List<BaseTypeDeclarationSyntax> types)
    {
        // Records and enumerations of a few lines may stand with the type they belong to (API records, parse results).
        return types.Count(static type =>
            type.Parent is not TypeDeclarationSyntax &&
            type.Modifiers.Any(SyntaxKind.PublicKeyword) &&
            type is not RecordDeclarationSyntax and not EnumDeclarationSyntax) > 1;
    }

    static bool IsText(string path) => Path.GetExtension(path) is
        ".cs" or ".ts" or ".tsx" or ".mjs" or ".js" or ".json" or ".md" or ".css" or ".html" or ".sh" or ".yaml" or
        ".yml" or ".csproj" or ".props" or ".slnx" or ".txt" or ".test" or ".py" or "";

    static void AssertNone(IEnumerable<string> broken)
    {
        string text = string.Join('\n', broken);
        Assert.True(text.Length == 0, text);
    }

    [GeneratedRegex(@"\basync\s+void\b")]
    private static partial Regex AsyncVoid();

    [GeneratedRegex(@"^\s*#region")]
    private static partial Regex Regions();

    [GeneratedRegex(@"^\s*#pragma\s+warning")]
    private static partial Regex Pragmas();

    [GeneratedRegex(@"\bSkip\s*=\s*""")]
    private static partial Regex SkippedTest();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b(?!\(#\d+\))")]
    private static partial Regex LeftOver();

    [GeneratedRegex(@"(?<![\w.])/(work|root)/[A-Za-z.]|/tmp/p/")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
