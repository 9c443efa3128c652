using System.Text.Json;
using System.Text.Json.Serialization;
using Presage.Alerting.Grouping;

namespace Presage.Alerting.Notifiers.Webhook;

/// <summary>
/// The body of Alertmanager's webhook, version 4, so that receivers written for it work unchanged
/// (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config). Annotations are <c>summary</c> (the
/// sentence) and <c>value</c> (with its unit).
/// </summary>
public static class WebhookBody
{
    /// <summary>Alertmanager's own value for an alert that has not ended.</summary>
    const string NoEnd = "0001-01-01T00:00:00Z";

    /// <summary>The UTF-8 bytes of the body.</summary>
    public static byte[] Write(Notification notification, string receiver)
    {
        string status = notification.Status == NotificationStatus.Firing ? "firing" : "resolved";
        var alerts = notification.Alerts.Select(alert => Alert(notification, alert, status)).ToArray();
        var groupLabels = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["alertname"] = notification.RuleName,
            ["host"] = notification.Host,
        };
        var body = new Body(
            "4",
            $"{{}}:{{alertname=\"{Escape(notification.RuleName)}\", host=\"{Escape(notification.Host)}\"}}",
            0,
            status,
            receiver,
            groupLabels,
            Common(alerts.Select(alert => alert.Labels)),
            Common(alerts.Select(alert => alert.Annotations)),
            notification.ExternalUrl ?? "",
            alerts);
        return JsonSerializer.SerializeToUtf8Bytes(body, WebhookJson.Default.Body);
    }

    static BodyAlert Alert(Notification notification, NotifiedAlert alert, string status) => new(
        status,
        alert.Labels,
        new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["summary"] = alert.Sentence,
            ["value"] = alert.Value,
        },
        Rfc3339(alert.StartsMs),
        alert.EndsMs is { } ends ? Rfc3339(ends) : NoEnd,
        notification.HostUrl ?? "",
        alert.Fingerprint);

    /// <summary>The entries that all have, with the same value.</summary>
    static SortedDictionary<string, string> Common(IEnumerable<SortedDictionary<string, string>> all)
    {
        SortedDictionary<string, string>? common = null;
        foreach (var each in all)
        {
            common = common is null
                ? new SortedDictionary<string, string>(each, StringComparer.Ordinal)
                : Shared(common, each);
        }

        return common ?? new SortedDictionary<string, string>(StringComparer.Ordinal);
    }

    static SortedDictionary<string, string> Shared(
        SortedDictionary<string, string> left, SortedDictionary<string, string> right)
    {
        var shared = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in left)
        {
            if (right.TryGetValue(name, out string? other) && other == value)
            {
                shared[name] = value;
            }
        }

        return shared;
    }

    static string Rfc3339(long timestampMs) =>
        DateTimeOffset.FromUnixTimeMilliseconds(timestampMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

    static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}

sealed record Body(
    string Version,
    string GroupKey,
    int TruncatedAlerts,
    string Status,
    string Receiver,
    SortedDictionary<string, string> GroupLabels,
    SortedDictionary<string, string> CommonLabels,
    SortedDictionary<string, string> CommonAnnotations,
    [property: JsonPropertyName("externalURL")] string ExternalUrl,
    BodyAlert[] Alerts);

sealed record BodyAlert(
    string Status,
    SortedDictionary<string, string> Labels,
    SortedDictionary<string, string> Annotations,
    string StartsAt,
    string EndsAt,
    [property: JsonPropertyName("generatorURL")] string GeneratorUrl,
    string Fingerprint);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Body))]
sealed partial class WebhookJson : JsonSerializerContext;
