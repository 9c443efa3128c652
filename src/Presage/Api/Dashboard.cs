using System.Collections.Concurrent;
using System.IO.Compression;
using System.IO.Hashing;
using Presage.Configuration;

namespace Presage.Api;

/// <summary>
/// Serves the built dashboard. Files under <c>assets/</c> have their content's hash in the name and are kept by
/// browsers for a year; the others are asked for again each time. Every path that is no file is a page of the
/// dashboard: index.html answers.
/// </summary>
sealed class Dashboard
{
    const string PageName = "index.html";
    const string Missing =
        """
        <!doctype html><html lang="en"><meta charset="utf-8"><title>Presage</title>
        <body style="font:16px/1.5 system-ui,sans-serif;max-width:40em;margin:4em auto;padding:0 1em">
        <h1>The dashboard has not been built</h1>
        <p>The server runs and its <a href="/api/docs">API</a> answers. To build the dashboard,
            run in the source tree:</p>
        <pre>cd web &amp;&amp; npm ci &amp;&amp; npm run build</pre>
        <p>then reload this page. <code>./run.sh</code> does both. A dashboard elsewhere
            is named by <code>web.folder</code>.</p>
        """;

    readonly string? _configured;

    /// <summary>Files read, by path; as many as the build has (about 100), replaced when a file changes.</summary>
    readonly ConcurrentDictionary<string, StaticFile> _files = new(StringComparer.Ordinal);

    public Dashboard(PresageOptions options) => _configured = options.WebFolder;

    public static void Map(IEndpointRouteBuilder root) =>
        root.MapMethods("/{**path}", [HttpMethods.Get, HttpMethods.Head],
                static (string? path, Dashboard dashboard, HttpContext context) =>
                    dashboard.ServeAsync(path ?? "", context))
            .Require(Access.Public).WithOrder(int.MaxValue).ExcludeFromDescription();

    async Task ServeAsync(string path, HttpContext context)
    {
        if (path.StartsWith("api/", StringComparison.Ordinal) || path.StartsWith("-/", StringComparison.Ordinal))
        {
            throw ProblemException.NotFound($"There is nothing at /{path}.");
        }

        if (Folder() is not { } folder)
        {
            await Results.Text(Missing, "text/html; charset=utf-8", statusCode: StatusCodes.Status503ServiceUnavailable)
                .ExecuteAsync(context);
            return;
        }

        var file = Find(folder, path);
        if (file is null && Path.HasExtension(path))
        {
            throw ProblemException.NotFound($"There is no file /{path}.");
        }

        await SendAsync(file ?? Find(folder, PageName)!, hashed: file is not null
            && path.StartsWith("assets/", StringComparison.Ordinal), context);
    }

    /// <summary>The dashboard's folder, if it has been built.</summary>
    string? Folder()
    {
        string[] candidates = _configured is not null
            ? [_configured]
            : [Path.Combine(AppContext.BaseDirectory, "web"), .. SourceTree()];
        return candidates.FirstOrDefault(static f => File.Exists(Path.Combine(f, PageName)));
    }

    /// <summary>
    /// web/dist of the source tree this build lies in: <c>src/Presage/bin/Debug/net10.0</c> is five levels down.
    /// </summary>
    static IEnumerable<string> SourceTree()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        for (int level = 0; level < 7 && folder is not null; level++, folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Presage.slnx")))
            {
                yield return Path.Combine(folder.FullName, "web", "dist");
            }
        }
    }

    StaticFile? Find(string folder, string path)
    {
        string full = Path.GetFullPath(Path.Combine(folder, path));
        if (!full.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            return null;
        }

        var found = new FileInfo(full);
        if (!found.Exists)
        {
            return null;
        }

        if (!_files.TryGetValue(full, out var file) || file.Written != found.LastWriteTimeUtc)
        {
            file = new StaticFile(File.ReadAllBytes(full), found.LastWriteTimeUtc, StaticFile.TypeOf(found.Extension));
            _files[full] = file;
        }

        return file;
    }

    static async Task SendAsync(StaticFile file, bool hashed, HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = hashed ? "public, max-age=31536000, immutable" : "no-cache";
        headers.ETag = file.Tag;
        headers.Vary = "Accept-Encoding";
        if (context.Request.Headers.IfNoneMatch == file.Tag)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        byte[] bytes = file.Bytes;
        string accepted = context.Request.Headers.AcceptEncoding.ToString();
        if (file.IsText && accepted.Contains("br", StringComparison.Ordinal))
        {
            headers.ContentEncoding = "br";
            bytes = file.Brotli;
        }
        else if (file.IsText && accepted.Contains("gzip", StringComparison.Ordinal))
        {
            headers.ContentEncoding = "gzip";
            bytes = file.Gzip;
        }

        context.Response.ContentType = file.Type;
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }

    sealed class StaticFile(byte[] bytes, DateTime written, string type)
    {
        readonly Lazy<byte[]> _brotli =
            new(() => Compress(bytes, static s => new BrotliStream(s, CompressionLevel.Optimal)));
        readonly Lazy<byte[]> _gzip =
            new(() => Compress(bytes, static s => new GZipStream(s, CompressionLevel.Optimal)));

        public byte[] Bytes => bytes;

        public byte[] Brotli => _brotli.Value;

        public byte[] Gzip => _gzip.Value;

        public DateTime Written => written;

        public string Type => type;

        public bool IsText { get; } = bytes.Length > 256
            && (type.StartsWith("text/", StringComparison.Ordinal) || type.Contains("json") || type.Contains("svg"));

        public string Tag { get; } = $"\"{XxHash3.HashToUInt64(bytes):x16}\"";

        public static string TypeOf(string extension) => extension switch
        {
            ".html" => "text/html; charset=utf-8",
            ".js" or ".mjs" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".json" or ".map" => "application/json",
            ".webmanifest" => "application/manifest+json",
            ".svg" => "image/svg+xml",
            ".png" => "image/png",
            ".ico" => "image/x-icon",
            ".woff2" => "font/woff2",
            ".txt" => "text/plain; charset=utf-8",
            _ => "application/octet-stream",
        };

        static byte[] Compress(byte[] bytes, Func<Stream, Stream> wrap)
        {
            var target = new MemoryStream();
            using (var stream = wrap(target))
            {
                stream.Write(bytes);
            }

            return target.ToArray();
        }
    }
}
