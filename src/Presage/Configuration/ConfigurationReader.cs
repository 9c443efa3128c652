using System.Collections;
using System.Net;
using Presage.Api;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Presage.Configuration;

/// <summary>
/// Reads the configuration: the file, over it the environment, over that the flags. Everything wrong is gathered and
/// told at once, each with where it stands, the key, the value and what would be right.
/// </summary>
sealed class ConfigurationReader
{
    public const string DefaultFile = "presage.yaml";
    public const string FileVariable = "PRESAGE_CONFIG";

    /// <summary>Variables of the agent, of verbs and of tests, which may stand in the same environment.</summary>
    static readonly string[] ForOthers =
    [
        "PRESAGE_SERVER", "PRESAGE_TOKEN", "PRESAGE_SHARED", "PRESAGE_API_TOKEN", "PRESAGE_QUERY_TOKEN",
    ];

    const string Prefix = "PRESAGE_";
    const long FileBytesMax = 1 << 20;

    readonly PresageOptions _options = new();
    readonly List<string> _mistakes = [];

    /// <param name="file">The file named by a flag; null: PRESAGE_CONFIG, else presage.yaml of the current folder if
    /// there is one.</param>
    /// <param name="environment">Variable and value pairs; those that do not start with PRESAGE_ are ignored.</param>
    /// <param name="flags">Keys and values given on the command line.</param>
    /// <exception cref="ConfigurationException">Something is wrong; the message has a line for each
    /// mistake.</exception>
    public static PresageOptions Read(
        string? file, IDictionary environment, IReadOnlyDictionary<string, string> flags)
    {
        var reader = new ConfigurationReader();
        file ??= environment[FileVariable] as string;
        if (file is not null || File.Exists(DefaultFile))
        {
            reader.ReadFile(file ?? DefaultFile);
        }

        reader.ReadEnvironment(environment);
        foreach (var (key, value) in flags)
        {
            var known = ConfigurationKeys.All.Single(k => k.Key == key);
            reader.Set(known, known.Flag, value, Directory.GetCurrentDirectory());
        }

        reader.CheckTogether();
        return reader._mistakes.Count == 0
            ? reader._options
            : throw new ConfigurationException(string.Join('\n', reader._mistakes));
    }

    void ReadFile(string path)
    {
        string shown = Path.GetFileName(path);
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > FileBytesMax })
            {
                _mistakes.Add($"{shown}: is larger than {FileBytesMax >> 20} MiB and cannot be a configuration.");
                return;
            }

            using var text = new StreamReader(path);
            var yaml = new YamlStream();
            yaml.Load(text);
            if (yaml.Documents.Count == 0)
            {
                return;
            }

            if (yaml.Documents.Count > 1 || yaml.Documents[0].RootNode is not YamlMappingNode root)
            {
                _mistakes.Add($"{shown}: a configuration is one mapping of keys to values, for example \"listen: " +
                    $"127.0.0.1:9440\".");
                return;
            }

            ReadMapping(root, "", shown, Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (YamlException e)
        {
            _mistakes.Add($"{shown}:{e.Start.Line}: is not YAML: {e.Message}");
        }
        catch (IOException e)
        {
            _mistakes.Add($"{path}: cannot be read: {e.Message}");
        }
        catch (UnauthorizedAccessException e)
        {
            _mistakes.Add($"{path}: cannot be read: {e.Message}");
        }
    }

    void ReadMapping(YamlMappingNode mapping, string prefix, string file, string folder)
    {
        foreach (var (name, value) in mapping.Children)
        {
            string where = $"{file}:{name.Start.Line}";
            if (name is not YamlScalarNode { Value: { } text })
            {
                _mistakes.Add($"{where}: a key is a word.");
                continue;
            }

            string key = prefix + text;
            if (ConfigurationKeys.All.FirstOrDefault(k => k.Key == key) is { } known)
            {
                if (value is YamlScalarNode { Value: { } scalar })
                {
                    Set(known, $"{where}: {key}", scalar, folder);
                }
                else if (known.IsList && value is YamlSequenceNode list &&
                    list.Children.All(static entry => entry is YamlScalarNode))
                {
                    var entries = list.Children.Select(static entry => ((YamlScalarNode)entry).Value);
                    Set(known, $"{where}: {key}", string.Join('\n', entries), folder);
                }
                else
                {
                    _mistakes.Add($"{where}: {key}: needs {known.Form}, not a list or mapping.");
                }
            }
            else if (ConfigurationKeys.All.Any(k => k.Key.StartsWith(key + ".", StringComparison.Ordinal)))
            {
                ReadSection(value, key, where, file, folder);
            }
            else
            {
                string nearest = ConfigurationKeys.Nearest(key, static k => k.Key);
                _mistakes.Add($"{where}: unknown key \"{key}\"; the nearest valid key is \"{nearest}\".");
            }
        }
    }

    void ReadSection(YamlNode value, string key, string where, string file, string folder)
    {
        switch (value)
        {
            case YamlMappingNode section:
                ReadMapping(section, key + ".", file, folder);
                break;
            case YamlScalarNode { Value: "" }:
                break;
            default:
                var keys = ConfigurationKeys.All.Where(k => k.Key.StartsWith(key + ".", StringComparison.Ordinal));
                _mistakes.Add(
                    $"{where}: {key}: holds keys, not a value: {string.Join(", ", keys.Select(static k => k.Key))}.");
                break;
        }
    }

    /// <summary>PRESAGE_SERVER and PRESAGE_TOKEN are the agent's, which may share the environment.</summary>
    void ReadEnvironment(IDictionary environment)
    {
        foreach (DictionaryEntry entry in environment)
        {
            if (entry is not { Key: string name, Value: string value }
                || !name.StartsWith(Prefix, StringComparison.Ordinal)
                || name is FileVariable || ForOthers.Contains(name))
            {
                continue;
            }

            if (ConfigurationKeys.All.FirstOrDefault(k => k.Variable == name) is { } known)
            {
                Set(known, name, value, Directory.GetCurrentDirectory());
            }
            else
            {
                string nearest = ConfigurationKeys.Nearest(name, static k => k.Variable);
                _mistakes.Add($"environment: unknown variable {name}; the nearest valid one is {nearest}.");
            }
        }
    }

    void Set(ConfigurationKey key, string where, string value, string folder)
    {
        string meant = key.IsPath && value.Length > 0 ? Path.GetFullPath(value, folder) : value;
        if (!key.TrySet(_options, meant))
        {
            _mistakes.Add($"{where}: \"{value}\" is not {key.Form}.");
        }
    }

    void CheckTogether()
    {
        if (_options.Auth == AuthenticationMode.None && !IPAddress.IsLoopback(_options.Listen.Address))
        {
            _mistakes.Add(
                $"auth: \"none\" is allowed only on loopback, but listen is {_options.Listen}; " +
                "listen on 127.0.0.1, or use auth: password.");
        }

        if (_options.TlsCertificate is null != _options.TlsKey is null)
        {
            _mistakes.Add("tls.certificate and tls.key belong together: set both or neither.");
        }

        CheckFile("tls.certificate", _options.TlsCertificate);
        CheckFile("tls.key", _options.TlsKey);
    }

    void CheckFile(string key, string? path)
    {
        if (path is not null && !File.Exists(path))
        {
            _mistakes.Add($"{key}: there is no file {path}.");
        }
    }
}
