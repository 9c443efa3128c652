using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Presage.Api;

/// <summary>A query parameter that a handler reads by hand, for the API document.</summary>
sealed record DocumentedParameter(string Name, bool Required, string Meaning);

/// <summary>A body of bytes that a handler reads by hand, for the API document.</summary>
sealed record DocumentedBody(string MediaType);

/// <summary>Makes the OpenAPI document, from which the dashboard's client types are generated.</summary>
static class ApiDocument
{
    public const string Name = "v1";
    public const string Path = "/api/openapi.json";

    public static void Configure(OpenApiOptions options)
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer(DescribeDocument);
        options.AddSchemaTransformer(RequireWhatIsAlwaysThere);
        options.AddOperationTransformer(DescribeOperation);
    }

    /// <summary>The document as text, the same on every machine.</summary>
    public static async Task<string> WriteAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var provider = services.GetRequiredKeyedService<IOpenApiDocumentProvider>(Name);
        var document = await provider.GetOpenApiDocumentAsync(cancellationToken);
        string json = await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, cancellationToken);
        return json.ReplaceLineEndings("\n").TrimEnd() + "\n";
    }

    static async Task DescribeDocument(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken token)
    {
        document.AddComponent(nameof(Problem), await context.GetOrCreateSchemaAsync(typeof(Problem), null, token));
        document.Info = new OpenApiInfo
        {
            Title = "Presage",
            Version = PresageVersion.Text,
            Description =
                "The API of a Presage server. Times are ms since 1970 UTC, ratios 0 to 1. Errors are RFC 9457 " +
                    "problems. Clock times in sentences are of the zone that the header `Time-Zone` (or the " +
                    "parameter `timeZone`) names, such as Europe/Berlin, else of the server's. " +
                "Sign in for a session cookie, or send `Authorization: Bearer TOKEN`.",
        };
        document.Servers = [];
        document.Components!.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            ["token"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" },
        };
    }

    /// <summary>
    /// Answers always hold all their properties, null included; of requests, only what the record gives a default may
    /// be left out.
    /// </summary>
    static Task RequireWhatIsAlwaysThere(
        OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken token)
    {
        if (context.JsonTypeInfo.Type == typeof(IReadOnlyList<object>))
        {
            // A Prometheus point: seconds and the value as text.
            schema.Items = new OpenApiSchema { Type = JsonSchemaType.Number | JsonSchemaType.String };
        }

        if (context.JsonTypeInfo.Kind != JsonTypeInfoKind.Object || schema.Properties is null
            || context.JsonPropertyInfo is not null)
        {
            return Task.CompletedTask;
        }

        var parameters = context.JsonTypeInfo.Type.GetConstructors()
            .OrderByDescending(static c => c.GetParameters().Length).FirstOrDefault()?.GetParameters() ?? [];
        var optional = parameters.Where(static p => p.HasDefaultValue)
            .Select(static p => p.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        schema.Required = schema.Properties.Keys.Where(key => !optional.Contains(key)).ToHashSet();
        return Task.CompletedTask;
    }

    static Task DescribeOperation(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken token)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        foreach (var parameter in metadata.OfType<DocumentedParameter>())
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = parameter.Name,
                In = ParameterLocation.Query,
                Required = parameter.Required,
                Description = parameter.Meaning,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        if (metadata.OfType<DocumentedBody>().SingleOrDefault() is { } body)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [body.MediaType] = new()
                    {
                        Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" },
                    },
                },
            };
        }

        var access = metadata.OfType<AccessRequirement>().LastOrDefault()?.Access ?? Access.Viewer;
        operation.Description = access switch
        {
            Access.Public => "Needs no sign-in.",
            Access.Write => "Needs an agent token or role operator.",
            _ => $"Needs role {AccountRules.Text(access)}.",
        };
        operation.Responses ??= [];
        operation.Responses.Remove("500");
        operation.Responses["default"] = new OpenApiResponse
        {
            Description = "What went wrong",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [Problem.ContentType] = new()
                {
                    Schema = new OpenApiSchemaReference(nameof(Problem), context.Document),
                },
            },
        };
        return Task.CompletedTask;
    }
}
