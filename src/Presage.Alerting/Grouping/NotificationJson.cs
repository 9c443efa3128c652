using System.Text.Json;
using System.Text.Json.Serialization;

namespace Presage.Alerting.Grouping;

/// <summary>The stored form of a <see cref="Notification"/>: JSON, camelCase, enums as words.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(Notification))]
public sealed partial class NotificationJson : JsonSerializerContext
{
    /// <summary>Writes the stored form.</summary>
    public static string Write(Notification notification) =>
        JsonSerializer.Serialize(notification, Default.Notification);

    /// <summary>Reads the stored form.</summary>
    /// <exception cref="JsonException">The text is not one.</exception>
    public static Notification Read(string json) =>
        JsonSerializer.Deserialize(json, Default.Notification) ?? throw new JsonException("A notification is null.");
}
