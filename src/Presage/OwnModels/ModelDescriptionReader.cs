using System.Globalization;
using Presage.Configuration;
using Presage.Detection.OwnModels;
using Presage.Onnx;
using Presage.Query;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Presage.OwnModels;

/// <summary>
/// Reads the description of a model, strictly: everything wrong is gathered and told at once, each with its line.
/// </summary>
sealed class ModelDescriptionReader
{
    const long FileBytesMax = 64 << 10;

    static readonly PromQlEngine Parser = new(new QueryLimits());

    static readonly string[] Keys =
    [
        "model",
        "query",
        "step",
        "window",
        "output",
        "odd",
        "scaling",
        "mean",
        "deviation",
        "missing",
        "input_tensor",
        "output_tensor",
        "false_alarms",
    ];

    readonly Dictionary<string, (string Text, string Where)> _values = new(StringComparer.Ordinal);
    readonly List<string> _mistakes = [];
    readonly string _shown;

    ModelDescriptionReader(string path) => _shown = Path.GetFileName(path);

    /// <summary>Reads the description beside a model.</summary>
    /// <exception cref="ModelException">Something is wrong; the message has a line for each mistake.</exception>
    public static ModelDescription Read(string path)
    {
        var reader = new ModelDescriptionReader(path);
        reader.ReadFile(path);
        var description = reader.Describe(path);
        return reader._mistakes.Count == 0
            ? description!
            : throw new ModelException(string.Join('\n', reader._mistakes));
    }

    void ReadFile(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > FileBytesMax })
            {
                _mistakes.Add($"{_shown}: is larger than {FileBytesMax >> 10} KiB and cannot describe a model.");
                return;
            }

            using var text = new StreamReader(path);
            var yaml = new YamlStream();
            yaml.Load(text);
            if (yaml.Documents is not [{ RootNode: YamlMappingNode root }])
            {
                _mistakes.Add($"{_shown}: a description is one mapping of keys to values, for example \"step: 1m\".");
                return;
            }

            ReadKeys(root);
        }
        catch (YamlException e)
        {
            _mistakes.Add($"{_shown}:{e.Start.Line}: is not YAML: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _mistakes.Add($"{_shown}: cannot be read: {e.Message}");
        }
    }

    void ReadKeys(YamlMappingNode root)
    {
        foreach (var (name, value) in root.Children)
        {
            string where = $"{_shown}:{name.Start.Line}";
            string key = (name as YamlScalarNode)?.Value ?? "";
            if (!Keys.Contains(key))
            {
                string nearest = Keys.MinBy(known => Spelling.Distance(key, known))!;
                _mistakes.Add($"{where}: unknown key \"{key}\"; the nearest valid key is \"{nearest}\".");
            }
            else if (value is not YamlScalarNode { Value: { } text })
            {
                _mistakes.Add($"{where}: {key}: needs a value, not a list or mapping.");
            }
            else
            {
                _values[key] = (text, where);
            }
        }
    }

    ModelDescription? Describe(string path)
    {
        if (_mistakes.Count > 0)
        {
            return null;
        }

        var query = Required("query", "a PromQL expression such as node_load1");
        var step = Required(
            "step",
            "a duration from 1s to 1h",
            static text =>
                ConfigurationValue.TryDuration(text, out var span)
                && span >= TimeSpan.FromSeconds(1)
                && span <= TimeSpan.FromHours(1)
                    ? span
                    : (TimeSpan?)null
        );
        int? window = Required(
            "window",
            $"a whole number from 1 to {ModelContract.WindowMax}",
            static text =>
                ConfigurationValue.TryInteger(text, 1, ModelContract.WindowMax, out int count) ? count : (int?)null
        );
        var output = Required("output", "score, forecast or reconstruction", Word<ModelOutput>);
        var contract = new ModelContract
        {
            Name = Path.GetFileNameWithoutExtension(path),
            Step = step ?? TimeSpan.FromMinutes(1),
            Window = window ?? 1,
            Output = output ?? ModelOutput.Score,
            Odd = Optional("odd", "high or low", Word<OddEnd>) ?? OddEnd.High,
            Scaling = Optional("scaling", "none, window or fixed", Word<ModelScaling>) ?? ModelScaling.None,
            Mean = Optional("mean", "a number", Number) ?? 0,
            Deviation =
                Optional(
                    "deviation",
                    "a number above 0",
                    static text => Number(text) is > 0 and var number ? number : (double?)null
                ) ?? 1,
            Missing = Optional("missing", "fill or nan", Word<MissingValues>) ?? MissingValues.Fill,
        };
        double? falseAlarms = Optional(
            "false_alarms",
            FalseAlarmText.RateForm,
            static text => FalseAlarmText.TryRate(text, out double rate) ? rate : (double?)null
        );
        CheckTogether(contract);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string file = Text("model") ?? contract.Name + ".onnx";
        if (Path.GetFileName(file) != file)
        {
            _mistakes.Add($"{Where("model")}: model: \"{file}\" is not the name of a file beside the description.");
        }

        return query is null
            ? null
            : new ModelDescription
            {
                Contract = contract,
                Query = query,
                File = Path.Combine(folder, file),
                InputTensor = Text("input_tensor"),
                OutputTensor = Text("output_tensor"),
                FalseAlarms = falseAlarms,
            };
    }

    void CheckTogether(ModelContract contract)
    {
        if (
            contract.Scaling == ModelScaling.Fixed
            && !(_values.ContainsKey("mean") && _values.ContainsKey("deviation"))
        )
        {
            _mistakes.Add($"{Where("scaling")}: scaling: fixed needs mean and deviation, those of the training data.");
        }

        string[] unused =
        [
            .. contract.Scaling == ModelScaling.Fixed ? Array.Empty<string>() : ["mean", "deviation"],
            .. contract.Output == ModelOutput.Score ? Array.Empty<string>() : ["odd"],
        ];
        foreach (string key in unused.Where(_values.ContainsKey))
        {
            _mistakes.Add(
                $"{Where(key)}: {key}: has no meaning with "
                    + (key == "odd" ? $"output: {_values["output"].Text}." : $"scaling: {Text("scaling") ?? "none"}.")
            );
        }

        if (contract.Window * contract.Step > TimeSpan.FromDays(7))
        {
            _mistakes.Add($"{Where("window")}: window: {contract.Window} steps are longer than 7 days.");
        }
    }

    T? Required<T>(string key, string form, Func<string, T?> read)
        where T : struct
    {
        Demand(key, form);
        return Optional(key, form, read);
    }

    PreparedQuery? Required(string key, string form)
    {
        Demand(key, form);
        if (!_values.TryGetValue(key, out var value))
        {
            return null;
        }

        try
        {
            var query = Parser.Prepare(value.Text);
            if (!query.IsVector)
            {
                _mistakes.Add($"{value.Where}: {key}: answers with no series; {form} does.");
            }

            return query;
        }
        catch (PromQlException e)
        {
            _mistakes.Add($"{value.Where}: {key}: is not {form}: {e.Message}");
            return null;
        }
    }

    void Demand(string key, string form)
    {
        if (!_values.ContainsKey(key))
        {
            _mistakes.Add($"{_shown}: {key} is missing: {form}.");
        }
    }

    T? Optional<T>(string key, string form, Func<string, T?> read)
        where T : struct
    {
        if (!_values.TryGetValue(key, out var value))
        {
            return null;
        }

        var found = read(value.Text);
        if (found is null)
        {
            _mistakes.Add($"{value.Where}: {key}: \"{value.Text}\" is not {form}.");
        }

        return found;
    }

    string? Text(string key) => _values.TryGetValue(key, out var value) && value.Text.Length > 0 ? value.Text : null;

    string Where(string key) => _values.TryGetValue(key, out var value) ? value.Where : _shown;

    static T? Word<T>(string text)
        where T : struct, Enum => ConfigurationValue.TryWord(text, out T word) ? word : null;

    static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
        && double.IsFinite(number)
            ? number
            : null;
}
