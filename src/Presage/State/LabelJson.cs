using System.Text.Encodings.Web;
using System.Text.Json;
using Presage.Metrics;

namespace Presage.State;

/// <summary>Label sets as JSON objects, names sorted.</summary>
static class LabelJson
{
    static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(LabelSet labels) => JsonSerializer.Serialize(ToDictionary(labels), Options);

    public static LabelSet Read(string json)
    {
        var dictionary = JsonSerializer.Deserialize<Dictionary<string, string>>(json, Options) ?? [];
        return LabelSet.Of([.. dictionary.Select(static pair => new Label(pair.Key, pair.Value))]);
    }

    static Dictionary<string, string> ToDictionary(LabelSet labels)
    {
        var dictionary = new Dictionary<string, string>();
        foreach (ref readonly var label in labels.Labels)
        {
            dictionary[label.Name] = label.Value;
        }

        return dictionary;
    }
}
