using System.Globalization;
using Presage.Configuration;
using Presage.Query.Scripts;
using Presage.Query.Scripts.Rules;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Presage.Cli;

/// <summary>Reads promtool's files of rule unit tests and the rule files they name; unknown keys are errors.</summary>
sealed class RuleTestReader
{
    readonly string _file;

    RuleTestReader(string file) => _file = file;

    /// <exception cref="ScriptException">The file or a rule file of it is not of the format.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static RuleTestFile Read(string file)
    {
        var reader = new RuleTestReader(file);
        var root = reader.Mapping(reader.Load(), "rule_files", "evaluation_interval", "group_eval_order", "tests",
            "fuzzy_compare");
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var groups = Items(root.GetValueOrDefault("rule_files")).SelectMany(n => Files(folder, reader.Text(n)))
            .SelectMany(ReadGroups).ToList();
        List<string> order = [.. Items(root.GetValueOrDefault("group_eval_order")).Select(reader.Text)];
        if (order.Count > 0)
        {
            groups = [.. groups.OrderBy(g => order.IndexOf(g.Name) is >= 0 and var at ? at : int.MaxValue)];
        }

        long interval = reader.Milliseconds(root.GetValueOrDefault("evaluation_interval"), 60_000);
        var tests = Items(root.GetValueOrDefault("tests")).Select(t => reader.ReadTest(t, interval));
        return new RuleTestFile(file, groups, interval, [.. tests]);
    }

    static IEnumerable<string> Files(string folder, string pattern)
    {
        string path = Path.Combine(folder, pattern), name = Path.GetFileName(path);
        return name.Contains('*') || name.Contains('?')
            ? Directory.GetFiles(Path.GetDirectoryName(path)!, name).Order(StringComparer.Ordinal)
            : [path];
    }

    static IEnumerable<TestedGroup> ReadGroups(string file)
    {
        var reader = new RuleTestReader(file);
        var root = reader.Mapping(reader.Load(), "groups");
        return Items(root.GetValueOrDefault("groups")).Select(group =>
        {
            var keys = reader.Mapping(
                group, "name", "interval", "limit", "query_offset", "labels", "rules", "partial_response_strategy");
            var shared = reader.Texts(keys.GetValueOrDefault("labels"));
            return new TestedGroup(
                keys.TryGetValue("name", out var name) ? reader.Text(name) : "",
                [.. Items(keys.GetValueOrDefault("rules")).Select(r => reader.ReadRule(r, shared))]);
        });
    }

    TestedRule ReadRule(YamlNode node, IReadOnlyDictionary<string, string> shared)
    {
        var keys = Mapping(
            node, "record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations");
        string? record = keys.TryGetValue("record", out var r) ? Text(r) : null;
        string? alert = keys.TryGetValue("alert", out var a) ? Text(a) : null;
        if ((record is null) == (alert is null) || !keys.TryGetValue("expr", out var expression))
        {
            throw Bad(node, "a rule has `expr` and either `record` or `alert`");
        }

        var labels = new Dictionary<string, string>(shared);
        foreach (var (name, value) in Texts(keys.GetValueOrDefault("labels")))
        {
            labels[name] = value;
        }

        return new TestedRule(
            record, alert, Text(expression), Milliseconds(keys.GetValueOrDefault("for"), 0),
            Milliseconds(keys.GetValueOrDefault("keep_firing_for"), 0), labels,
            Texts(keys.GetValueOrDefault("annotations")));
    }

    RuleTest ReadTest(YamlNode node, long evaluationInterval)
    {
        var keys = Mapping(node, "name", "interval", "input_series", "alert_rule_test", "promql_expr_test",
            "external_labels", "external_url", "start_timestamp");
        if (keys.TryGetValue("start_timestamp", out var start) && Text(start) is not ("0" or ""))
        {
            throw Bad(start, "`start_timestamp` other than 0 is not supported: times count from 0");
        }

        return new RuleTest(
            keys.TryGetValue("name", out var name) ? Text(name) : "",
            (int)node.Start.Line,
            Milliseconds(keys.GetValueOrDefault("interval"), evaluationInterval),
            [
                .. Items(keys.GetValueOrDefault("input_series")).Select(n => Mapping(n, "series", "values"))
                    .Select(m => (Text(m["series"]), Text(m["values"]))),
            ],
            [.. Items(keys.GetValueOrDefault("alert_rule_test")).Select(ReadAlertTest)],
            [.. Items(keys.GetValueOrDefault("promql_expr_test")).Select(ReadQueryTest)],
            Texts(keys.GetValueOrDefault("external_labels")));
    }

    AlertTest ReadAlertTest(YamlNode node)
    {
        var keys = Mapping(node, "eval_time", "alertname", "exp_alerts");
        return new AlertTest(
            (int)node.Start.Line,
            Milliseconds(keys.GetValueOrDefault("eval_time"), 0),
            keys.TryGetValue("alertname", out var name) ? Text(name) : throw Bad(node, "`alertname` is missing"),
            [
                .. Items(keys.GetValueOrDefault("exp_alerts"))
                    .Select(n => n is YamlMappingNode
                        ? Mapping(n, "exp_labels", "exp_annotations")
                        : new Dictionary<string, YamlNode>())
                    .Select(m => new ExpectedAlert(
                        Texts(m.GetValueOrDefault("exp_labels")), Texts(m.GetValueOrDefault("exp_annotations")))),
            ]);
    }

    QueryTest ReadQueryTest(YamlNode node)
    {
        var keys = Mapping(node, "expr", "eval_time", "exp_samples");
        return new QueryTest(
            (int)node.Start.Line,
            Milliseconds(keys.GetValueOrDefault("eval_time"), 0),
            keys.TryGetValue("expr", out var expression) ? Text(expression) : throw Bad(node, "`expr` is missing"),
            [
                .. Items(keys.GetValueOrDefault("exp_samples"))
                    .Select(n => Mapping(n, "labels", "value", "histogram"))
                    .Select(m => (
                        m.TryGetValue("labels", out var labels) ? Text(labels) : "",
                        m.TryGetValue("histogram", out var h) ? Text(h) : m.TryGetValue("value", out var v) ? Text(v)
                            : "0")),
            ]);
    }

    YamlNode Load()
    {
        try
        {
            using var text = File.OpenText(_file);
            var yaml = new YamlStream();
            yaml.Load(text);
            return yaml.Documents.Count == 1 ? yaml.Documents[0].RootNode
                : throw new ScriptException(_file, 1, "the file holds no or several YAML documents");
        }
        catch (YamlException e)
        {
            throw new ScriptException(_file, (int)e.Start.Line, e.Message);
        }
    }

    Dictionary<string, YamlNode> Mapping(YamlNode node, params string[] known)
    {
        if (node is not YamlMappingNode mapping)
        {
            throw Bad(node, $"expected a mapping with {string.Join(", ", known)}");
        }

        var keys = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        foreach (var (key, value) in mapping.Children)
        {
            string name = Text(key);
            keys[name] = known.Contains(name) ? value
                : throw Bad(key, $"unknown key `{name}`; known are {string.Join(", ", known)}");
        }

        return keys;
    }

    static IEnumerable<YamlNode> Items(YamlNode? node) => node is YamlSequenceNode list ? list.Children : [];

    Dictionary<string, string> Texts(YamlNode? node) => node is YamlMappingNode mapping
        ? mapping.Children.ToDictionary(p => Text(p.Key), p => Text(p.Value))
        : [];

    string Text(YamlNode node) => node is YamlScalarNode { Value: { } text } ? text
        : throw Bad(node, "expected a text");

    long Milliseconds(YamlNode? node, long otherwise)
    {
        if (node is null)
        {
            return otherwise;
        }

        string text = Text(node);
        return ConfigurationValue.TryDuration(text, out var span) ? (long)span.TotalMilliseconds
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)
                ? (long)(seconds * 1000)
            : throw Bad(node, $"\"{text}\" is no duration such as 5m");
    }

    ScriptException Bad(YamlNode node, string message) => new(_file, (int)node.Start.Line, message);
}
